//! Under which JID somebody is written to.

use crate::{
    PersonSeen, SendError,
    web::{
        address::{aliases, jid},
        shared::WebShared,
    },
};
use domain::{AccountId, Address, Timestamp};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use wacore::types::lid_pn::LearningSource;
use wacore_binary::Jid;
use whatsapp_rust::Client;

/// How long "not on WhatsApp" is believed.
const UNKNOWN_FOR: Duration = Duration::from_secs(600);

/// Numbers remembered, at most; then all are forgotten, which costs a question each.
const MAX_KNOWN: usize = 10_000;

/// Phone numbers that WhatsApp was asked about.
#[derive(Debug, Default)]
pub(in crate::web) struct Numbers(Mutex<HashMap<String, Answer>>);

#[derive(Debug, Clone)]
enum Answer {
    On(Jid),
    NotOn { until: Timestamp },
}

impl Numbers {
    fn get(&self, phone: &str, now: Timestamp) -> Option<Answer> {
        let answer = self.lock().get(phone).cloned();
        answer.filter(|answer| !matches!(answer, Answer::NotOn { until } if *until <= now))
    }

    fn put(&self, phone: &str, answer: Answer) {
        let mut known = self.lock();
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(phone.to_owned(), answer);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Answer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The JID to write to: the group, else the LID if it is known, else what WhatsApp says about the number. The library
/// then uses LID or number on the wire, whichever the account is at.
pub(super) async fn recipient(
    shared: &WebShared,
    account: AccountId,
    client: &Client,
    numbers: &Numbers,
    to: &[Address],
) -> Result<Jid, SendError> {
    if let Some(known) = known_jid(client, to).await.filter(|jid| !jid.is_pn()) {
        return Ok(known);
    }
    let Some(phone) = phone_of(to) else { return Err(SendError::NotOnWhatsApp) };
    match numbers.get(phone, shared.clock.now()) {
        Some(Answer::On(jid)) => Ok(jid),
        Some(Answer::NotOn { .. }) => Err(SendError::NotOnWhatsApp),
        None => ask(shared, account, client, numbers, phone).await,
    }
}

/// The best JID that is known without asking WhatsApp.
pub(super) async fn known_jid(client: &Client, to: &[Address]) -> Option<Jid> {
    let find = |wanted: fn(&Address) -> bool| to.iter().find(|address| wanted(address)).map(jid);
    if let Some(group) = find(|address| matches!(address, Address::Group(_))) {
        return Some(group);
    }
    let phone = find(|address| matches!(address, Address::Phone(_)));
    if let Some(lid) = find(|address| matches!(address, Address::Lid(_))) {
        teach(client, &lid, phone.as_ref()).await;
        return Some(lid);
    }
    let phone = phone?;
    match client.get_lid_pn_entry(&phone).await {
        Ok(Some(entry)) => Some(Jid::lid(&*entry.lid)),
        _ => Some(phone),
    }
}

fn phone_of(to: &[Address]) -> Option<&str> {
    to.iter().find_map(|address| if let Address::Phone(digits) = address { Some(digits.as_str()) } else { None })
}

/// A device that was linked anew knows nobody: it learns from us which number a LID has.
async fn teach(client: &Client, lid: &Jid, phone: Option<&Jid>) {
    let Some(phone) = phone else { return };
    if !matches!(client.get_lid_pn_entry(lid).await, Ok(None)) {
        return;
    }
    if let Err(error) = client.add_lid_pn_mapping(&lid.user, &phone.user, LearningSource::Other).await {
        tracing::debug!(%error, "A person's number could not be handed to the library");
    }
}

/// Asks WhatsApp about a number it was never asked about. Who somebody is, is what WhatsApp answers, not what was typed.
async fn ask(
    shared: &WebShared,
    account: AccountId,
    client: &Client,
    numbers: &Numbers,
    phone: &str,
) -> Result<Jid, SendError> {
    let asked = Jid::pn(phone);
    let answers = match client.contacts().is_on_whatsapp(std::slice::from_ref(&asked)).await {
        Ok(answers) => answers,
        Err(error) => {
            tracing::debug!(%error, "WhatsApp could not be asked about a number");
            return Ok(asked);
        }
    };
    let Some(answer) = answers.into_iter().next() else { return Ok(asked) };
    if !answer.is_registered {
        numbers.put(phone, Answer::NotOn { until: shared.clock.now().plus(UNKNOWN_FOR) });
        return Err(SendError::NotOnWhatsApp);
    }
    let jids: Vec<_> = [Some(asked), Some(answer.jid), answer.pn_jid, answer.lid].into_iter().flatten().collect();
    let best = jids.iter().find(|jid| jid.is_lid()).or_else(|| jids.get(1)).unwrap_or(&jids[0]).to_non_ad();
    let addresses = aliases(&jids);
    if addresses.len() > 1 {
        let person = PersonSeen { addresses, push_name: None, book_name: None };
        let told = shared.events.person(account, person).await;
        told.map_err(|closed| SendError::Again(closed.to_string()))?;
    }
    numbers.put(phone, Answer::On(best.clone()));
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_number_is_asked_about_again_after_a_while() {
        let numbers = Numbers::default();
        let now = Timestamp(1_000_000);
        numbers.put("12025550142", Answer::NotOn { until: now.plus(UNKNOWN_FOR) });
        assert!(matches!(numbers.get("12025550142", now), Some(Answer::NotOn { .. })));
        assert!(numbers.get("12025550142", now.plus(UNKNOWN_FOR)).is_none());
        numbers.put("12025550142", Answer::On(Jid::lid("9200")));
        assert!(matches!(numbers.get("12025550142", now.plus(UNKNOWN_FOR)), Some(Answer::On(_))));
    }

    #[test]
    fn memory_has_a_bound() {
        let numbers = Numbers::default();
        for number in 0..=MAX_KNOWN {
            numbers.put(&number.to_string(), Answer::On(Jid::lid("1")));
        }
        assert_eq!(numbers.lock().len(), 1);
    }
}

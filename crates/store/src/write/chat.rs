//! Which chat a received message belongs to, and who wrote it.

use super::{
    Inbound, Tx,
    contacts::{self, Contact, Met, Told},
    conversations,
    fault::Fault,
    sequence::Sequence,
};
use crate::{Change, Refusal, rows::conversation::Head};
use domain::{AccountId, Address, ContactId};
use rusqlite::params;
use std::borrow::Cow;

/// The chat of a received message, as far as it is there already.
pub(super) struct Chat<'a> {
    pub(super) head: Option<Head>,
    /// Who wrote it, unless the owner did.
    pub(super) sender: Option<Contact>,
    with: With<'a>,
    doubles: Vec<ContactId>,
}

enum With<'a> {
    Person(Contact),
    Group(&'a Address),
}

/// Finds the chat and keeps what the message tells of people. Names and numbers that show differently now are changes
/// of their own, before the message's.
pub(super) fn find<'a>(
    tx: &Tx<'_>,
    item: &'a Inbound,
    sequence: &mut Sequence,
    changes: &mut Vec<Change>,
) -> Result<Chat<'a>, Fault> {
    let account = sequence.account();
    match item.chat.first() {
        None => Err(Refusal::Broken("a received message names no chat".to_owned()).into()),
        Some(group @ Address::Group(_)) => {
            let met = if item.from_me { None } else { meet(tx, item, &item.sender, sequence, changes)? };
            let head = conversations::of_group(tx, account, group)?;
            let (sender, doubles) = met.map_or((None, Vec::new()), |met| (Some(met.contact), met.doubles));
            Ok(Chat { head, sender, with: With::Group(group), doubles })
        }
        Some(_) => {
            let met = meet(tx, item, &partner(item), sequence, changes)?;
            let met = met.ok_or_else(|| Refusal::Broken("a received message names no person".to_owned()))?;
            let head = conversations::with_contact(tx, met.contact.id)?;
            let sender = (!item.from_me).then(|| met.contact.clone());
            Ok(Chat { head, sender, with: With::Person(met.contact), doubles: met.doubles })
        }
    }
}

/// Every address known of the other side of a direct chat.
fn partner(item: &Inbound) -> Cow<'_, [Address]> {
    if item.from_me || item.sender.is_empty() || item.sender == item.chat {
        Cow::Borrowed(&item.chat)
    } else {
        Cow::Owned(item.chat.iter().chain(&item.sender).cloned().collect())
    }
}

fn meet(
    tx: &Tx<'_>,
    item: &Inbound,
    addresses: &[Address],
    sequence: &mut Sequence,
    changes: &mut Vec<Change>,
) -> Result<Option<Met>, Fault> {
    // the name on a message of the owner is the owner's
    let push_name = if item.from_me { None } else { item.push_name.as_deref() };
    let met = contacts::meet(tx, sequence.account(), addresses, Told { push_name, book_name: None })?;
    if let Some(met) = met.as_ref().filter(|met| met.looks_different) {
        changes.extend(conversations::renamed(tx, met.contact.id, sequence)?);
    }
    Ok(met)
}

impl Chat<'_> {
    /// Makes the conversation that was not there.
    pub(super) fn make(&self, tx: &Tx<'_>, account: AccountId) -> Result<Head, Fault> {
        match &self.with {
            With::Person(contact) => conversations::make_direct(tx, account, contact),
            With::Group(group) => conversations::make_group(tx, account, group),
        }
    }

    /// Whether the message was stored when its sender's addresses were not yet known to be one person's.
    pub(super) fn has_it_under_a_double(&self, tx: &Tx<'_>, item: &Inbound) -> Result<bool, Fault> {
        for double in self.doubles.iter().filter(|_| !item.from_me) {
            let head = match &self.with {
                With::Person(_) => conversations::with_contact(tx, *double)?,
                With::Group(_) => self.head.clone(),
            };
            let Some(head) = head else { continue };
            let mut statement = tx.conn().prepare_cached(
                "SELECT 1 FROM messages WHERE conversation_id = ?1 AND contact_id = ?2 AND provider_id = ?3 \
                 AND is_outgoing = 0",
            )?;
            let conversation = head.conversation.id;
            if statement.exists(params![conversation.as_bytes(), double.as_bytes(), item.provider_id])? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

//! Receipts, names and typing, one after the other in the order they came.

use super::message::message;
use crate::{
    EventsClosed, PersonSeen, ReceiptReceived, Typing,
    web::{
        address::{address, aliases, complete},
        gate::Gate,
        shared::WebShared,
    },
};
use domain::{AccountId, AccountSettings, Address, DeliveryStatus, Timestamp};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedReceiver;
use wacore::types::{
    events::{ChatPresenceUpdate, ContactUpdate, Event, MessageBatch, PushNameUpdate, Receipt},
    presence::{ChatPresence, ChatPresenceMedia, ReceiptType},
};
use whatsapp_rust::Client;

/// Tells the engine of everything that is neither a message nor the link itself.
pub(in crate::web) struct News {
    pub(in crate::web) shared: Arc<WebShared>,
    pub(in crate::web) account: AccountId,
    pub(in crate::web) settings: AccountSettings,
    pub(in crate::web) gate: Arc<Gate>,
    pub(in crate::web) client: Arc<Client>,
}

impl News {
    /// Until the end, which is `None`, or the gate is shut, or the server is stopping.
    pub(in crate::web) async fn run(self, mut events: UnboundedReceiver<Option<Arc<Event>>>) {
        while let Some(Some(event)) = events.recv().await {
            if !matches!(self.gate.unless_shut(self.tell(&event)).await, Some(Ok(()))) {
                return;
            }
        }
    }

    async fn tell(&self, event: &Event) -> Result<(), EventsClosed> {
        match event {
            Event::Receipt(receipt) => self.receipt(receipt).await,
            Event::ChatPresence(update) => {
                self.typing(update).await;
                Ok(())
            }
            Event::PushNameUpdate(update) => self.push_name(update).await,
            Event::ContactUpdate(update) => self.book_name(update).await,
            Event::Messages(batch) => self.messages(batch).await,
            _ => Ok(()),
        }
    }

    async fn receipt(&self, receipt: &Receipt) -> Result<(), EventsClosed> {
        let Some(status) = status(&receipt.r#type) else { return Ok(()) };
        let from = address(&receipt.source.chat);
        // In a group each member sends their own, and the message is as far as the last of them: a later issue's.
        let is_person = matches!(from, Some(Address::Phone(_) | Address::Lid(_)));
        if !is_person || from.is_some_and(|from| self.own().contains(&from)) {
            return Ok(());
        }
        let at = Timestamp(receipt.timestamp.timestamp_millis());
        let receipt = ReceiptReceived { provider_ids: receipt.message_ids.clone(), status, at };
        self.shared.events.receipt(self.account, receipt).await
    }

    fn own(&self) -> Vec<Address> {
        aliases(self.client.pn().iter().chain(&self.client.lid()))
    }

    async fn typing(&self, update: &ChatPresenceUpdate) {
        if update.source.is_group {
            return;
        }
        let who = aliases([&update.source.chat, &update.source.sender]);
        let who = complete(&self.client, who).await;
        if !who.is_empty() {
            self.shared.events.typing(self.account, who, typing(update.state, update.media));
        }
    }

    async fn push_name(&self, update: &PushNameUpdate) -> Result<(), EventsClosed> {
        let source = &update.message.source;
        let alt = source.sender_alt.as_ref().filter(|_| !source.is_from_me);
        let who = aliases(std::iter::once(&update.jid).chain(alt));
        self.person(who, Some(update.new_push_name.clone()), None).await
    }

    async fn book_name(&self, update: &ContactUpdate) -> Result<(), EventsClosed> {
        let action = &update.action;
        let name = action.full_name.as_ref().or(action.first_name.as_ref());
        let others = [&action.lid_jid, &action.pn_jid].into_iter().flatten().filter_map(|jid| jid.parse().ok());
        let jids: Vec<_> = std::iter::once(update.jid.clone()).chain(others).collect();
        self.person(aliases(&jids), None, name.cloned()).await
    }

    async fn person(
        &self,
        who: Vec<Address>,
        push_name: Option<String>,
        book_name: Option<String>,
    ) -> Result<(), EventsClosed> {
        let filled = |name: Option<String>| name.filter(|name| !name.trim().is_empty());
        let (push_name, book_name) = (filled(push_name), filled(book_name));
        let is_person = who.iter().any(|address| !matches!(address, Address::Group(_)));
        if !is_person || (push_name.is_none() && book_name.is_none()) {
            return Ok(());
        }
        let addresses = complete(&self.client, who).await;
        self.shared.events.person(self.account, PersonSeen { addresses, push_name, book_name }).await
    }

    /// Messages that did not come by the hook: those that the owner's phone had to help to decrypt, and channels.
    async fn messages(&self, batch: &MessageBatch) -> Result<(), EventsClosed> {
        if batch.hook_committed {
            return Ok(());
        }
        let mut received = Vec::new();
        for inbound in batch.messages.iter() {
            received.extend(message(&self.client, &self.settings, &inbound.message, &inbound.info).await);
        }
        if received.is_empty() { Ok(()) } else { self.shared.events.received(self.account, received).await }
    }
}

/// What a receipt says of a message of ours. The owner's own devices and requests to send again say nothing.
fn status(receipt: &ReceiptType) -> Option<DeliveryStatus> {
    match receipt {
        // `inactive`: it is there, but nobody has the program open.
        ReceiptType::Delivered | ReceiptType::Inactive => Some(DeliveryStatus::Delivered),
        ReceiptType::Read => Some(DeliveryStatus::Read),
        ReceiptType::Played => Some(DeliveryStatus::Played),
        _ => None,
    }
}

fn typing(state: ChatPresence, media: ChatPresenceMedia) -> Typing {
    match (state, media) {
        (ChatPresence::Composing, ChatPresenceMedia::Audio) => Typing::Recording,
        (ChatPresence::Composing, ChatPresenceMedia::Text) => Typing::Composing,
        (ChatPresence::Paused, _) => Typing::Paused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_say_how_far_a_message_has_come() {
        for (wire, wanted) in [
            ("", Some(DeliveryStatus::Delivered)),
            ("inactive", Some(DeliveryStatus::Delivered)),
            ("read", Some(DeliveryStatus::Read)),
            ("played", Some(DeliveryStatus::Played)),
            ("read-self", None),
            ("sender", None),
            ("sent", None),
            ("retry", None),
            ("hist_sync", None),
            ("something new", None),
        ] {
            assert_eq!(status(&ReceiptType::parse(wire)), wanted, "{wire}");
        }
    }

    #[test]
    fn typing_tells_text_from_voice() {
        assert_eq!(typing(ChatPresence::Composing, ChatPresenceMedia::Text), Typing::Composing);
        assert_eq!(typing(ChatPresence::Composing, ChatPresenceMedia::Audio), Typing::Recording);
        assert_eq!(typing(ChatPresence::Paused, ChatPresenceMedia::Text), Typing::Paused);
    }
}

//! Stores what a provider received, each message once, whatever alias its chat and its sender came under.

use super::{
    Inbound, Tx, chat,
    contacts::Contact,
    done,
    fault::Fault,
    messages::{self, Hidden},
    sequence::Sequence,
};
use crate::{Change, Outcome, Refusal, rows::conversation::Head};
use domain::{AccountId, DeliveryStatus, Message, MessageKind, Origin, Sender};
use rusqlite::params;

pub(super) fn receive(tx: &Tx<'_>, account: AccountId, items: &[Inbound]) -> Result<Outcome, Fault> {
    let mut sequence = Sequence::of(tx, account)?;
    let mut changes = Vec::new();
    for item in items {
        if let Err(refusal) = item_apart(tx, item, &mut sequence, &mut changes)? {
            keep_raw(tx, item, &refusal, &mut sequence, &mut changes)?;
        }
    }
    sequence.store(tx)?;
    Ok(done(changes))
}

/// Stores one item so that the others don't depend on it.
fn item_apart(
    tx: &Tx<'_>,
    item: &Inbound,
    sequence: &mut Sequence,
    changes: &mut Vec<Change>,
) -> Result<Result<(), Refusal>, Fault> {
    let last = sequence.last();
    let stored = tx.scope.part(|| store(tx, item, sequence))?;
    Ok(match stored {
        Ok(of_item) => {
            changes.extend(of_item);
            Ok(())
        }
        Err(refusal) => {
            sequence.back_to(last);
            Err(refusal)
        }
    })
}

/// Second try for an item that the database refused: only what came over the wire is kept.
fn keep_raw(
    tx: &Tx<'_>,
    item: &Inbound,
    refusal: &Refusal,
    sequence: &mut Sequence,
    changes: &mut Vec<Change>,
) -> Result<(), Fault> {
    let (account, provider_id) = (sequence.account(), &item.provider_id);
    tracing::error!(%account, provider_id, %refusal, "A received message was refused by the database, it is kept raw.");
    let raw = Inbound {
        kind: MessageKind::Unsupported,
        content: String::new(),
        push_name: None,
        raw: Some(item.raw.clone().unwrap_or_else(|| item.content.clone().into_bytes())),
        ..item.clone()
    };
    if let Err(refusal) = item_apart(tx, &raw, sequence, changes)? {
        tracing::error!(%account, provider_id, %refusal, "A received message can't be stored in any form, it is lost.");
    }
    Ok(())
}

fn store(tx: &Tx<'_>, item: &Inbound, sequence: &mut Sequence) -> Result<Vec<Change>, Fault> {
    let account = sequence.account();
    if item.from_me && is_sent_already(tx, account, &item.provider_id)? {
        return Ok(Vec::new());
    }
    let mut changes = Vec::new();
    let mut chat = chat::find(tx, item, sequence, &mut changes)?;
    if chat.has_it_under_a_double(tx, item)? {
        return Ok(changes);
    }
    let (head, is_new) = match chat.head.take() {
        Some(head) => (head, false),
        None => (chat.make(tx, account)?, true),
    };
    let message = compose(tx, item, &head, chat.sender, sequence.last() + 1);
    if messages::insert(tx, &message, Hidden { sender_key: None, raw: item.raw.as_deref() })? {
        sequence.next();
        changes.push(messages::place(tx, head, message, is_new)?);
    }
    Ok(changes)
}

/// Whether it is an echo of a message that went out from here, or the phone's own told again.
fn is_sent_already(tx: &Tx<'_>, account: AccountId, provider_id: &str) -> Result<bool, Fault> {
    let mut statement = tx
        .conn()
        .prepare_cached("SELECT 1 FROM messages WHERE account_id = ?1 AND provider_id = ?2 AND is_outgoing = 1")?;
    Ok(statement.exists(params![account.as_bytes(), provider_id])?)
}

fn compose(tx: &Tx<'_>, item: &Inbound, head: &Head, sender: Option<Contact>, seq: u64) -> Message {
    let sender = sender.map_or_else(Sender::default, |contact| Sender {
        contact_id: Some(contact.id),
        name: contact.name().map(str::to_owned),
        phone: contact.phone,
        user_id: None,
    });
    Message {
        id: tx.next_message_id(),
        account_id: head.conversation.account_id,
        conversation_id: head.conversation.id,
        seq,
        provider_id: Some(item.provider_id.clone()),
        client_id: None,
        kind: item.kind,
        content: item.content.clone(),
        is_outgoing: item.from_me,
        status: if item.from_me { DeliveryStatus::Sent } else { DeliveryStatus::Delivered },
        error: None,
        sender,
        to: if item.from_me { head.conversation.phone.clone() } else { None },
        origin: item.from_me.then_some(Origin::Phone),
        timestamp: item.timestamp,
        created_at: tx.now,
    }
}

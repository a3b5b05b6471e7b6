//! Storing a message, and its place in its conversation.

use super::{Tx, fault::Fault};
use crate::{Change, rows, rows::conversation::Head};
use domain::{LastMessage, Message};
use rusqlite::params;

/// What the row has and the entity has not.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hidden<'a> {
    pub(super) sender_key: Option<&'a str>,
    pub(super) raw: Option<&'a [u8]>,
}

/// Stores the message. False, and nothing is written: one of the database's keys says that it is there already.
pub(super) fn insert(tx: &Tx<'_>, message: &Message, hidden: Hidden<'_>) -> Result<bool, Fault> {
    let mut statement = tx.conn().prepare_cached(
        "INSERT INTO messages (id, account_id, conversation_id, seq, provider_id, sender_key, client_id, kind, \
         content, raw, is_outgoing, status, contact_id, user_id, origin, timestamp, second, sent_at, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) \
         ON CONFLICT DO NOTHING",
    )?;
    let is_sent = message.is_outgoing && message.status != domain::DeliveryStatus::Queued;
    let inserted = statement.execute(params![
        message.id.as_bytes(),
        message.account_id.as_bytes(),
        message.conversation_id.as_bytes(),
        rows::signed(message.seq),
        message.provider_id,
        hidden.sender_key,
        message.client_id,
        message.kind.as_str(),
        message.content,
        hidden.raw,
        message.is_outgoing,
        message.status.as_str(),
        message.sender.contact_id.as_ref().map(|id| id.as_bytes()),
        message.sender.user_id.as_ref().map(|id| id.as_str()),
        message.origin.map(|origin| origin.as_str()),
        message.timestamp.millis(),
        message.timestamp.secs(),
        is_sent.then_some(message.timestamp.millis()),
        message.created_at.millis(),
    ])?;
    Ok(inserted > 0)
}

/// Gives a message just stored its place in the conversation: counters, `seq`, and the newest if it is that.
pub(super) fn place(tx: &Tx<'_>, head: Head, message: Message, new_conversation: bool) -> Result<Change, Fault> {
    let mut conversation = head.conversation;
    let is_newest = head.last_message.is_none() || message.timestamp.secs() >= head.last_second;
    let last_second = if is_newest { message.timestamp.secs() } else { head.last_second };
    conversation.seq = message.seq;
    conversation.unread_count = conversation.unread_count.saturating_add(u32::from(!message.is_outgoing));
    tx.conn()
        .prepare_cached(
            "UPDATE conversations SET seq = ?2, unread_count = ?3, last_message_id = ?4, last_second = ?5 \
             WHERE id = ?1",
        )?
        .execute(params![
            conversation.id.as_bytes(),
            rows::signed(conversation.seq),
            conversation.unread_count,
            if is_newest { Some(message.id) } else { head.last_message }.as_ref().map(|id| id.as_bytes()),
            last_second,
        ])?;
    conversation.last_message = if is_newest {
        Some(last(&message))
    } else {
        rows::conversation::by_id(tx.conn(), conversation.id)?.and_then(|stored| stored.last_message)
    };
    Ok(Change::Message { message: Box::new(message), conversation: Box::new(conversation), new_conversation })
}

fn last(message: &Message) -> LastMessage {
    LastMessage {
        id: message.id,
        content: message.content.clone(),
        kind: message.kind,
        is_outgoing: message.is_outgoing,
        status: message.status,
        timestamp: message.timestamp,
    }
}

//! Conversations.

use super::{count, id, id_or_none, named, time};
use domain::{Conversation, ConversationId, ConversationKind, DeliveryStatus, LastMessage, MessageId, MessageKind};
use rusqlite::{Connection, OptionalExtension, Result, Row};

/// A conversation without its newest message's content, which most writes have no use for.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// Its `last_message` is always none.
    pub(crate) conversation: Conversation,
    pub(crate) last_message: Option<MessageId>,
    pub(crate) last_second: i64,
}

/// `SELECT … FROM …` of what [`head`] reads, from `conversations c`, with the given text behind it.
macro_rules! select_head {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.account_id, c.seq, c.kind, c.contact_id, COALESCE(p.book_name, p.push_name), p.phone, \
             c.unread_count, c.merged_into, c.created_at, c.last_message_id, c.last_second \
             FROM conversations c LEFT JOIN contacts p ON p.id = c.contact_id ",
            $rest
        )
    };
}
pub(crate) use select_head;

/// `SELECT … FROM …` of what [`whole`] reads, from `conversations c`, with the given text behind it.
macro_rules! select_conversation {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.account_id, c.seq, c.kind, c.contact_id, COALESCE(p.book_name, p.push_name), p.phone, \
             c.unread_count, c.merged_into, c.created_at, c.last_message_id, c.last_second, \
             m.content, m.kind, m.is_outgoing, m.status, m.timestamp \
             FROM conversations c LEFT JOIN contacts p ON p.id = c.contact_id \
             LEFT JOIN messages m ON m.id = c.last_message_id ",
            $rest
        )
    };
}
pub(crate) use select_conversation;

pub(crate) fn head(row: &Row<'_>) -> Result<Head> {
    Ok(Head {
        conversation: Conversation {
            id: id(row, 0)?,
            account_id: id(row, 1)?,
            seq: count(row, 2)?,
            kind: named(row, 3, ConversationKind::parse)?,
            contact_id: id_or_none(row, 4)?,
            name: row.get(5)?,
            phone: row.get(6)?,
            unread_count: row.get(7)?,
            last_message: None,
            merged_into: id_or_none(row, 8)?,
            created_at: time(row, 9)?,
        },
        last_message: id_or_none(row, 10)?,
        last_second: row.get(11)?,
    })
}

pub(crate) fn whole(row: &Row<'_>) -> Result<Conversation> {
    let head = head(row)?;
    let mut conversation = head.conversation;
    conversation.last_message = head.last_message.map(|id| last_message(row, id)).transpose()?;
    Ok(conversation)
}

fn last_message(row: &Row<'_>, id: MessageId) -> Result<LastMessage> {
    Ok(LastMessage {
        id,
        content: row.get(12)?,
        kind: named(row, 13, MessageKind::parse)?,
        is_outgoing: row.get(14)?,
        status: named(row, 15, DeliveryStatus::parse)?,
        timestamp: time(row, 16)?,
    })
}

/// The conversation of that id, as it is: merges are not followed.
pub(crate) fn by_id(conn: &Connection, id: ConversationId) -> Result<Option<Conversation>> {
    conn.prepare_cached(select_conversation!("WHERE c.id = ?1"))?.query_row([id.as_bytes()], whole).optional()
}

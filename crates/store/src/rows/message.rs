//! Messages.

use super::{count, id, id_or_none, named, time, user_id};
use domain::{DeliveryStatus, Message, MessageError, MessageId, MessageKind, Origin, Sender};
use rusqlite::{Connection, OptionalExtension, Result, Row, types::ValueRef};

/// `SELECT … FROM …` of what [`message`] reads, from `messages m`, with the given text behind it.
macro_rules! select_message {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.account_id, m.conversation_id, m.seq, m.provider_id, m.client_id, m.kind, m.content, \
             m.is_outgoing, m.status, m.error_code, m.error_message, m.error_provider_code, m.contact_id, s.phone, \
             COALESCE(s.book_name, s.push_name, u.name), m.user_id, \
             CASE WHEN m.is_outgoing THEN r.phone END, m.origin, m.timestamp, m.created_at, m.sent_at IS NOT NULL \
             FROM messages m JOIN conversations c ON c.id = m.conversation_id \
             LEFT JOIN contacts r ON r.id = c.contact_id LEFT JOIN contacts s ON s.id = m.contact_id \
             LEFT JOIN users u ON u.id = m.user_id ",
            $rest
        )
    };
}
pub(crate) use select_message;

pub(crate) fn message(row: &Row<'_>) -> Result<Message> {
    Ok(Message {
        id: id(row, 0)?,
        account_id: id(row, 1)?,
        conversation_id: id(row, 2)?,
        seq: count(row, 3)?,
        provider_id: row.get(4)?,
        client_id: row.get(5)?,
        kind: named(row, 6, MessageKind::parse)?,
        content: row.get(7)?,
        is_outgoing: row.get(8)?,
        status: named(row, 9, DeliveryStatus::parse)?,
        error: error(row)?,
        sender: sender(row)?,
        to: row.get(17)?,
        origin: origin(row)?,
        timestamp: time(row, 19)?,
        created_at: time(row, 20)?,
    })
}

fn error(row: &Row<'_>) -> Result<Option<MessageError>> {
    let Some(code) = row.get(10)? else { return Ok(None) };
    Ok(Some(MessageError {
        code,
        message: row.get::<_, Option<String>>(11)?.unwrap_or_default(),
        provider_code: row.get(12)?,
    }))
}

fn sender(row: &Row<'_>) -> Result<Sender> {
    let user_id = if is_null(row, 16)? { None } else { Some(user_id(row, 16)?) };
    Ok(Sender { contact_id: id_or_none(row, 13)?, phone: row.get(14)?, name: row.get(15)?, user_id })
}

fn origin(row: &Row<'_>) -> Result<Option<Origin>> {
    if is_null(row, 18)? { Ok(None) } else { named(row, 18, Origin::parse).map(Some) }
}

fn is_null(row: &Row<'_>, column: usize) -> Result<bool> {
    Ok(matches!(row.get_ref(column)?, ValueRef::Null))
}

/// Whether WhatsApp's server was ever known to have it.
pub(crate) fn was_sent(row: &Row<'_>) -> Result<bool> {
    row.get(21)
}

/// The message of that id.
pub(crate) fn by_id(conn: &Connection, id: MessageId) -> Result<Option<Message>> {
    conn.prepare_cached(select_message!("WHERE m.id = ?1"))?.query_row([id.as_bytes()], message).optional()
}

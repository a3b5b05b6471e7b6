//! Messages.

use super::ReadError;
use crate::{Store, rows};
use domain::{ConversationId, Message, MessageId};
use rows::message::{message, select_message};
use rusqlite::{Connection, Result, params};

impl<T: Send + 'static> Store<T> {
    /// The message of that id.
    pub async fn message(&self, id: MessageId) -> std::result::Result<Option<Message>, ReadError> {
        self.readers().run(move |conn| rows::message::by_id(conn, id)).await
    }

    /// The messages of a conversation, newest first (by whole second of their time, then by id), at most `limit`, from
    /// behind the one that `before` names by its second and id.
    pub async fn messages(
        &self,
        conversation: ConversationId,
        before: Option<(i64, MessageId)>,
        limit: usize,
    ) -> std::result::Result<Vec<Message>, ReadError> {
        self.readers().run(move |conn| newest(conn, conversation, before, limit)).await
    }
}

fn newest(
    conn: &Connection,
    conversation: ConversationId,
    before: Option<(i64, MessageId)>,
    limit: usize,
) -> Result<Vec<Message>> {
    let (second, id) = before.map_or((i64::MAX, [u8::MAX; 16]), |(second, id)| (second, *id.as_bytes()));
    let mut statement = conn.prepare_cached(select_message!(
        "WHERE m.conversation_id = ?1 AND (m.second, m.id) < (?2, ?3) ORDER BY m.second DESC, m.id DESC LIMIT ?4"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    statement.query_map(params![conversation.as_bytes(), second, id, limit], message)?.collect()
}

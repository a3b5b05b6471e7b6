//! Messages that wait to be sent. Their table is the queue.

use super::{ReadError, conversations::addresses};
use crate::{Store, rows};
use domain::{AccountId, Address, Message, MessageId};
use rows::message::{message, select_message};
use rusqlite::{Connection, Result, params};

/// A message that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxItem {
    /// The message, `queued`.
    pub message: Message,
    /// Every address known of the other side, as [`Store::conversation_addresses`] gives them.
    pub addresses: Vec<Address>,
}

impl<T: Send + 'static> Store<T> {
    /// The account's queued messages in the order queued, at most `limit`, from behind `after` on.
    pub async fn outbox(
        &self,
        account: AccountId,
        after: Option<MessageId>,
        limit: usize,
    ) -> std::result::Result<Vec<OutboxItem>, ReadError> {
        self.readers().run(move |conn| outbox(conn, account, after, limit)).await
    }

    /// The accounts that have something to send, by id.
    pub async fn accounts_with_outbox(&self) -> std::result::Result<Vec<AccountId>, ReadError> {
        self.readers()
            .run(|conn| {
                let mut statement = conn.prepare_cached(
                    "SELECT DISTINCT account_id FROM messages WHERE status = 'queued' ORDER BY account_id",
                )?;
                statement.query_map([], |row| rows::id(row, 0))?.collect()
            })
            .await
    }
}

fn outbox(conn: &Connection, account: AccountId, after: Option<MessageId>, limit: usize) -> Result<Vec<OutboxItem>> {
    let mut statement = conn.prepare_cached(select_message!(
        "WHERE m.account_id = ?1 AND m.status = 'queued' AND m.id > ?2 ORDER BY m.id LIMIT ?3"
    ))?;
    let after = after.map_or([0; 16], |id| *id.as_bytes());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let messages = statement.query_map(params![account.as_bytes(), after, limit], message)?;
    messages.map(|message| with_addresses(conn, message?)).collect()
}

fn with_addresses(conn: &Connection, message: Message) -> Result<OutboxItem> {
    let addresses = addresses(conn, message.conversation_id)?;
    Ok(OutboxItem { message, addresses })
}

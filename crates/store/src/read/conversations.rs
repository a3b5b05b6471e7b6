//! Conversations.

use super::ReadError;
use crate::{Store, rows};
use domain::{AccountId, Address, Conversation, ConversationId};
use rows::conversation::{select_conversation, whole};
use rusqlite::{Connection, OptionalExtension, Result, params};

/// A place in a list of conversations, newest first: the whole second of the newest message, and the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversationCursor {
    /// Seconds since 1970.
    pub second: i64,
    /// Of the last one that was listed.
    pub id: ConversationId,
}

impl<T: Send + 'static> Store<T> {
    /// The conversation of that id, as it is: one that was merged says into which.
    pub async fn conversation(&self, id: ConversationId) -> std::result::Result<Option<Conversation>, ReadError> {
        self.readers().run(move |conn| rows::conversation::by_id(conn, id)).await
    }

    /// Every address known of the other side: of a person in the order of their text (a LID before a phone number),
    /// of a group its own. Empty if there is no such conversation.
    pub async fn conversation_addresses(&self, id: ConversationId) -> std::result::Result<Vec<Address>, ReadError> {
        self.readers().run(move |conn| addresses(conn, id)).await
    }

    /// The account's conversation with whoever has one of the addresses, the first that is known.
    pub async fn conversation_by_address(
        &self,
        account: AccountId,
        addresses: &[Address],
    ) -> std::result::Result<Option<ConversationId>, ReadError> {
        let addresses = addresses.to_vec();
        self.readers()
            .run(move |conn| {
                for address in &addresses {
                    if let Some(found) = by_address(conn, account, address)? {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            })
            .await
    }

    /// The conversations of these accounts, newest first, at most `limit`, from behind the cursor on. Merged ones are
    /// left out.
    pub async fn conversations(
        &self,
        accounts: &[AccountId],
        cursor: Option<ConversationCursor>,
        limit: usize,
    ) -> std::result::Result<Vec<(ConversationCursor, Conversation)>, ReadError> {
        let accounts = accounts.to_vec();
        self.readers().run(move |conn| newest(conn, &accounts, cursor, limit)).await
    }
}

pub(super) fn addresses(conn: &Connection, id: ConversationId) -> Result<Vec<Address>> {
    let mut statement = conn.prepare_cached(
        "SELECT a.address FROM conversations c JOIN contact_addresses a ON a.contact_id = c.contact_id WHERE c.id = ?1 \
         UNION SELECT c.group_address FROM conversations c WHERE c.id = ?1 AND c.group_address IS NOT NULL ORDER BY 1",
    )?;
    statement.query_map([id.as_bytes()], |row| rows::address(row, 0))?.collect()
}

fn by_address(conn: &Connection, account: AccountId, address: &Address) -> Result<Option<ConversationId>> {
    let mut statement = conn.prepare_cached(
        "SELECT COALESCE(c.merged_into, c.id) FROM contact_addresses a JOIN conversations c \
         ON c.contact_id = a.contact_id WHERE a.account_id = ?1 AND a.address = ?2 \
         UNION ALL SELECT COALESCE(c.merged_into, c.id) FROM conversations c \
         WHERE c.account_id = ?1 AND c.group_address = ?2",
    )?;
    statement.query_row(params![account.as_bytes(), address.to_text()], |row| rows::id(row, 0)).optional()
}

/// Each account has its own ordered index: the newest of each are merged here.
fn newest(
    conn: &Connection,
    accounts: &[AccountId],
    cursor: Option<ConversationCursor>,
    limit: usize,
) -> Result<Vec<(ConversationCursor, Conversation)>> {
    let mut found = Vec::new();
    for account in accounts {
        found.extend(newest_of(conn, *account, cursor, limit)?);
    }
    found.sort_by_key(|(at, _)| std::cmp::Reverse((at.second, at.id)));
    found.truncate(limit);
    Ok(found)
}

fn newest_of(
    conn: &Connection,
    account: AccountId,
    cursor: Option<ConversationCursor>,
    limit: usize,
) -> Result<Vec<(ConversationCursor, Conversation)>> {
    let (second, id) = match cursor {
        Some(cursor) => (cursor.second, *cursor.id.as_bytes()),
        None => (i64::MAX, [u8::MAX; 16]),
    };
    let mut statement = conn.prepare_cached(select_conversation!(
        "WHERE c.account_id = ?1 AND (c.last_second, c.id) < (?2, ?3) AND c.merged_into IS NULL \
         ORDER BY c.last_second DESC, c.id DESC LIMIT ?4"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    statement
        .query_map(params![account.as_bytes(), second, id, limit], |row| {
            let conversation = whole(row)?;
            Ok((ConversationCursor { second: row.get(11)?, id: conversation.id }, conversation))
        })?
        .collect()
}

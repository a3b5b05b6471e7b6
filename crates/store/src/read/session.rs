//! The port through which linked devices keep their session.

use super::{ReadError, pool::Pool};
use crate::{Refusal, Store, Write, write::behind_prefix};
use async_trait::async_trait;
use domain::{AccountId, SessionOp, SessionSpace, SessionStore, SessionStoreError};
use rusqlite::{Connection, OptionalExtension, Result, params};
use std::sync::Arc;

impl<T: Send + 'static> Store<T> {
    /// The store as linked devices see it. Changes go through the writer, in batches with everything else, and are
    /// durable when they return; a read that begins after that sees them.
    #[must_use]
    pub fn sessions(&self) -> Arc<dyn SessionStore> {
        Arc::new(Sessions(self.clone()))
    }
}

struct Sessions<T: Send + 'static>(Store<T>);

impl<T: Send + 'static> Sessions<T> {
    fn readers(&self) -> &Pool {
        self.0.readers()
    }
}

type Answer<R> = std::result::Result<R, SessionStoreError>;

#[async_trait]
impl<T: Send + 'static> SessionStore for Sessions<T> {
    async fn get(&self, account: AccountId, space: SessionSpace, key: &[u8]) -> Answer<Option<Vec<u8>>> {
        let key = key.to_vec();
        Ok(self.readers().run(move |conn| get(conn, account, space, &key)).await?)
    }

    async fn get_many(
        &self,
        account: AccountId,
        space: SessionSpace,
        keys: Vec<Vec<u8>>,
    ) -> Answer<Vec<Option<Vec<u8>>>> {
        let read = move |conn: &Connection| keys.iter().map(|key| get(conn, account, space, key)).collect();
        Ok(self.readers().run(read).await?)
    }

    async fn scan(&self, account: AccountId, space: SessionSpace, prefix: &[u8]) -> Answer<Vec<(Vec<u8>, Vec<u8>)>> {
        let prefix = prefix.to_vec();
        Ok(self.readers().run(move |conn| scan(conn, account, space, &prefix)).await?)
    }

    async fn apply(&self, account: AccountId, ops: Vec<SessionOp>) -> Answer<()> {
        if ops.is_empty() {
            return Ok(());
        }
        self.0.write(Write::Session { account, ops }).await.map_err(refused)?;
        Ok(())
    }
}

fn refused(refusal: Refusal) -> SessionStoreError {
    SessionStoreError(refusal.to_string())
}

impl From<ReadError> for SessionStoreError {
    fn from(error: ReadError) -> Self {
        Self(error.to_string())
    }
}

fn get(conn: &Connection, account: AccountId, space: &str, key: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut statement =
        conn.prepare_cached("SELECT value FROM session_state WHERE account_id = ?1 AND space = ?2 AND key = ?3")?;
    statement.query_row(params![account.as_bytes(), space, key], |row| row.get(0)).optional()
}

fn scan(conn: &Connection, account: AccountId, space: &str, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut statement = conn.prepare_cached(
        "SELECT key, value FROM session_state WHERE account_id = ?1 AND space = ?2 AND key >= ?3 \
         AND (?4 IS NULL OR key < ?4) ORDER BY key",
    )?;
    let params = params![account.as_bytes(), space, prefix, behind_prefix(prefix)];
    statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

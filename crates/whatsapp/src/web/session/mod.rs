//! The library's storage traits over [`domain::SessionStore`]: one file a trait, and one a subject of the largest.
//!
//! A call returns once its changes are durable, because the library's counter leases rely on that. Batches are one
//! `apply`. What must read before it writes holds [`SessionBackend::lock`]: an account runs in one process, and all its
//! state goes through one of these. A value that can't be decoded is an error, never a panic.

mod app_sync;
mod codec;
mod device;
mod lid;
mod msg_secret;
mod pending;
mod protocol;
mod sender_keys;
mod sent;
mod signal;
mod tc_token;

#[cfg(test)]
mod tests;

use codec::Broken;
use domain::{AccountId, SessionOp, SessionSpace, SessionStore, SessionStoreError};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};
use tokio::sync::{Mutex, MutexGuard};
use wacore::store::error::{Result, StoreError};

/// One account's session state, as the library wants it.
pub(super) struct SessionBackend {
    account: AccountId,
    store: Arc<dyn SessionStore>,
    lock: Mutex<()>,
    /// When expired message secrets were last looked for, in seconds.
    secrets_swept: AtomicI64,
    sealed: AtomicBool,
}

impl SessionBackend {
    pub(super) fn new(account: AccountId, store: Arc<dyn SessionStore>) -> Self {
        Self {
            account,
            store,
            lock: Mutex::new(()),
            secrets_swept: AtomicI64::new(i64::MIN),
            sealed: AtomicBool::new(false),
        }
    }

    /// Takes no more changes, so that a straggler of a client that was ended can't spoil what its successor writes.
    pub(super) fn seal(&self) {
        self.sealed.store(true, Ordering::SeqCst);
    }

    /// Held by whoever writes what it read.
    async fn lock(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().await
    }

    async fn get(&self, space: SessionSpace, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.store.get(self.account, space, key).await.map_err(unavailable)
    }

    async fn get_many(&self, space: SessionSpace, keys: Vec<Vec<u8>>) -> Result<Vec<Option<Vec<u8>>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.store.get_many(self.account, space, keys).await.map_err(unavailable)
    }

    async fn scan(&self, space: SessionSpace, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        self.store.scan(self.account, space, prefix).await.map_err(unavailable)
    }

    async fn apply(&self, ops: Vec<SessionOp>) -> Result<()> {
        if ops.is_empty() {
            return Ok(());
        }
        if self.sealed.load(Ordering::SeqCst) {
            return Err(StoreError::Validation("this session was closed".to_owned()));
        }
        self.store.apply(self.account, ops).await.map_err(unavailable)
    }

    async fn put(&self, space: SessionSpace, key: Vec<u8>, value: Vec<u8>) -> Result<()> {
        self.apply(vec![SessionOp::Put(space, key, value)]).await
    }

    async fn delete(&self, space: SessionSpace, key: Vec<u8>) -> Result<()> {
        self.apply(vec![SessionOp::Delete(space, key)]).await
    }

    /// Removes the rows of a space that `gone` picks, and says how many. Holds the lock.
    async fn sweep(&self, space: SessionSpace, gone: impl Fn(&[u8], &[u8]) -> Result<bool> + Send) -> Result<u32> {
        let _lock = self.lock().await;
        let mut ops = Vec::new();
        for (key, value) in self.scan(space, &[]).await? {
            if gone(&key, &value)? {
                ops.push(SessionOp::Delete(space, key));
            }
        }
        let count = u32::try_from(ops.len()).unwrap_or(u32::MAX);
        self.apply(ops).await?;
        Ok(count)
    }
}

fn unavailable(error: SessionStoreError) -> StoreError {
    StoreError::Database(Box::new(error))
}

fn broken(space: SessionSpace, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Serialization(Box::new(Broken { space, why: why.into() }))
}

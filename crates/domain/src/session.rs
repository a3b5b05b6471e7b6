//! The port through which a linked device keeps its session: keys and counters that must survive a crash.
//!
//! It is a small key-value store per account. What is in it is the provider's business, how it lasts is the
//! store's. An account runs in one process at a time and its provider does its own read-modify-write under its own lock.

use crate::AccountId;
use async_trait::async_trait;

/// A named part of an account's session state, as `"signal.session"`. Providers choose them.
pub type SessionSpace = &'static str;

/// One change of an account's session state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionOp {
    /// Sets a key.
    Put(SessionSpace, Vec<u8>, Vec<u8>),
    /// Removes a key; fine if it isn't there.
    Delete(SessionSpace, Vec<u8>),
    /// Removes every key of the space that begins so; an empty prefix empties the space.
    DeletePrefix(SessionSpace, Vec<u8>),
    /// Removes everything of the account, for a device that is to be linked anew.
    Clear,
}

/// The store can't be read or written now. Nothing of the batch was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store can't keep session state: {0}")]
pub struct SessionStoreError(pub String);

/// Keeps the session state of linked devices.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The value of a key.
    async fn get(
        &self,
        account: AccountId,
        space: SessionSpace,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, SessionStoreError>;

    /// The values of several keys of one space, in the order asked.
    async fn get_many(
        &self,
        account: AccountId,
        space: SessionSpace,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<Vec<u8>>>, SessionStoreError>;

    /// Every key of the space that begins so with its value, in the order of the keys' bytes.
    async fn scan(
        &self,
        account: AccountId,
        space: SessionSpace,
        prefix: &[u8],
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, SessionStoreError>;

    /// Applies the changes in order, all or none, and returns once they are durable: a crash right after keeps them.
    async fn apply(&self, account: AccountId, ops: Vec<SessionOp>) -> Result<(), SessionStoreError>;
}

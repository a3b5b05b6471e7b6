use async_trait::async_trait;
use domain::{AccountId, SessionOp, SessionSpace, SessionStore, SessionStoreError};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

type Key = (AccountId, SessionSpace, Vec<u8>);

/// Session state in memory, by the port's own rules.
#[derive(Default)]
pub struct MemorySessions {
    rows: Mutex<BTreeMap<Key, Vec<u8>>>,
    applied: AtomicUsize,
    away: AtomicBool,
}

impl MemorySessions {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// How many batches were applied.
    pub fn applied(&self) -> usize {
        self.applied.load(Ordering::SeqCst)
    }

    /// From now on everything fails, or nothing.
    pub fn is_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    /// How many keys there are of an account.
    pub fn len(&self, account: AccountId) -> usize {
        self.rows().keys().filter(|(of, _, _)| *of == account).count()
    }

    /// Writes rubbish over every value of a space.
    pub fn spoil(&self, space: SessionSpace) {
        for ((_, of, _), value) in self.rows().iter_mut() {
            if *of == space {
                *value = b"\xff\x00rubbish".to_vec();
            }
        }
    }

    fn rows(&self) -> std::sync::MutexGuard<'_, BTreeMap<Key, Vec<u8>>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self) -> Result<(), SessionStoreError> {
        if self.away.load(Ordering::SeqCst) { Err(SessionStoreError("away".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl SessionStore for MemorySessions {
    async fn get(
        &self,
        account: AccountId,
        space: SessionSpace,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, SessionStoreError> {
        self.check()?;
        Ok(self.rows().get(&(account, space, key.to_vec())).cloned())
    }

    async fn get_many(
        &self,
        account: AccountId,
        space: SessionSpace,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<Vec<u8>>>, SessionStoreError> {
        self.check()?;
        let rows = self.rows();
        Ok(keys.into_iter().map(|key| rows.get(&(account, space, key)).cloned()).collect())
    }

    async fn scan(
        &self,
        account: AccountId,
        space: SessionSpace,
        prefix: &[u8],
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, SessionStoreError> {
        self.check()?;
        let fits = |(of, in_space, key): &Key| *of == account && *in_space == space && key.starts_with(prefix);
        let rows = self.rows();
        Ok(rows.iter().filter(|(key, _)| fits(key)).map(|((_, _, key), value)| (key.clone(), value.clone())).collect())
    }

    async fn apply(&self, account: AccountId, ops: Vec<SessionOp>) -> Result<(), SessionStoreError> {
        self.check()?;
        self.applied.fetch_add(1, Ordering::SeqCst);
        let mut rows = self.rows();
        for op in ops {
            match op {
                SessionOp::Put(space, key, value) => {
                    rows.insert((account, space, key), value);
                }
                SessionOp::Delete(space, key) => {
                    rows.remove(&(account, space, key));
                }
                SessionOp::DeletePrefix(space, prefix) => {
                    rows.retain(|(of, s, key), _| !(*of == account && *s == space && key.starts_with(&prefix)));
                }
                SessionOp::Clear => rows.retain(|(of, _, _), _| *of != account),
            }
        }
        Ok(())
    }
}

//! `MsgSecretStore`: the secret of each message, with which answers to it (votes, edits) are encrypted.

use super::{SessionBackend, broken, codec::key};
use async_trait::async_trait;
use domain::{SessionOp, SessionSpace};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::atomic::Ordering,
};
use wacore::store::{
    error::Result,
    traits::{MsgSecretEntry, MsgSecretStore, merge_msg_secret_expiry, merge_msg_secret_message_ts},
};

/// By chat, sender and message.
const SPACE: SessionSpace = "secret.message";

/// The library asks every five minutes, and it means reading every row.
const SWEEP_EVERY_SECS: i64 = 6 * 3600;

/// A secret, when it expires (0: never), and when its message was written (0: unknown); in seconds.
#[derive(Clone)]
struct Secret {
    secret: [u8; 32],
    expires_at: i64,
    message_ts: i64,
}

impl Secret {
    fn encode(&self) -> Vec<u8> {
        [self.secret.as_slice(), &self.expires_at.to_be_bytes(), &self.message_ts.to_be_bytes()].concat()
    }

    fn decode(row: &[u8]) -> Result<Self> {
        let row: &[u8; 48] = row.try_into().map_err(|error| broken(SPACE, error))?;
        let (secret, rest) = row.split_at(32);
        let (expires_at, message_ts) = rest.split_at(8);
        Ok(Self {
            secret: secret.try_into().expect("split at 32"),
            expires_at: i64::from_be_bytes(expires_at.try_into().expect("split at 8")),
            message_ts: i64::from_be_bytes(message_ts.try_into().expect("split at 8")),
        })
    }

    /// Deadlines never come nearer and times are never forgotten.
    fn merge(&mut self, newer: &Self) {
        self.secret = newer.secret;
        self.expires_at = merge_msg_secret_expiry(self.expires_at, newer.expires_at);
        self.message_ts = merge_msg_secret_message_ts(self.message_ts, newer.message_ts);
    }
}

#[async_trait]
impl MsgSecretStore for SessionBackend {
    async fn put_msg_secrets(&self, entries: Vec<MsgSecretEntry>) -> Result<usize> {
        let _lock = self.lock().await;
        let keys: Vec<_> = entries.iter().map(|entry| key([&entry.chat, &entry.sender, &entry.msg_id])).collect();
        let stored = self.get_many(SPACE, keys.clone()).await?;
        let mut secrets: HashMap<Vec<u8>, Secret> = HashMap::with_capacity(keys.len());
        for (row, value) in keys.iter().zip(stored) {
            if let Some(value) = value {
                secrets.insert(row.clone(), Secret::decode(&value)?);
            }
        }
        for (row, entry) in keys.into_iter().zip(&entries) {
            let newer = Secret { secret: entry.secret, expires_at: entry.expires_at, message_ts: entry.message_ts };
            match secrets.entry(row) {
                Entry::Occupied(mut known) => known.get_mut().merge(&newer),
                Entry::Vacant(place) => {
                    place.insert(newer);
                }
            }
        }
        self.apply(secrets.into_iter().map(|(row, secret)| SessionOp::Put(SPACE, row, secret.encode())).collect())
            .await?;
        Ok(entries.len())
    }

    async fn get_msg_secret(&self, chat: &str, sender: &str, msg_id: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.get_msg_secret_with_ts(chat, sender, msg_id).await?.map(|(secret, _)| secret))
    }

    async fn get_msg_secret_with_ts(&self, chat: &str, sender: &str, msg_id: &str) -> Result<Option<(Vec<u8>, i64)>> {
        let stored = self.get(SPACE, &key([chat, sender, msg_id])).await?;
        let secret = stored.map(|stored| Secret::decode(&stored)).transpose()?;
        Ok(secret.map(|secret| (secret.secret.to_vec(), secret.message_ts)))
    }

    async fn delete_expired_msg_secrets(&self, cutoff_timestamp: i64) -> Result<u32> {
        if cutoff_timestamp < self.secrets_swept.load(Ordering::Relaxed).saturating_add(SWEEP_EVERY_SECS) {
            return Ok(0);
        }
        let gone = self
            .sweep(SPACE, |_, value| {
                let expires_at = Secret::decode(value)?.expires_at;
                Ok(expires_at != 0 && expires_at <= cutoff_timestamp)
            })
            .await?;
        self.secrets_swept.store(cutoff_timestamp, Ordering::Relaxed);
        Ok(gone)
    }
}

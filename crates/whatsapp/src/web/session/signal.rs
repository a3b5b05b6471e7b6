//! `SignalStore`: identities, sessions, pre-keys and sender keys.

use super::{SessionBackend, broken, codec::key};
use async_trait::async_trait;
use bytes::Bytes;
use domain::{SessionOp, SessionSpace};
use std::sync::Arc;
use wacore::store::{error::Result, traits::SignalStore};

const IDENTITY: SessionSpace = "signal.identity";
const SESSION: SessionSpace = "signal.session";
/// By id, big-endian; the value begins with 1 if the server has the key.
const PRE_KEY: SessionSpace = "signal.prekey";
const SIGNED_PRE_KEY: SessionSpace = "signal.signed_prekey";
const SENDER_KEY: SessionSpace = "signal.sender_key";

fn pre_key_row(record: &[u8], uploaded: bool) -> Vec<u8> {
    let mut row = Vec::with_capacity(1 + record.len());
    row.push(u8::from(uploaded));
    row.extend_from_slice(record);
    row
}

fn record_of(row: &[u8]) -> Result<Bytes> {
    let (_, record) = row.split_first().ok_or_else(|| broken(PRE_KEY, "a value is empty"))?;
    Ok(Bytes::copy_from_slice(record))
}

fn id_of(space: SessionSpace, key: &[u8]) -> Result<u32> {
    key.try_into().map(u32::from_be_bytes).map_err(|error| broken(space, error))
}

fn puts(space: SessionSpace, rows: &[(Arc<str>, Bytes)]) -> Vec<SessionOp> {
    rows.iter().map(|(address, row)| SessionOp::Put(space, address.as_bytes().to_vec(), row.to_vec())).collect()
}

#[async_trait]
impl SignalStore for SessionBackend {
    async fn put_identity(&self, address: &str, key: [u8; 32]) -> Result<()> {
        self.put(IDENTITY, address.as_bytes().to_vec(), key.to_vec()).await
    }

    async fn put_identities_batch(&self, identities: &[(Arc<str>, [u8; 32])]) -> Result<()> {
        let put =
            |(address, key): &(Arc<str>, [u8; 32])| SessionOp::Put(IDENTITY, address.as_bytes().to_vec(), key.to_vec());
        self.apply(identities.iter().map(put).collect()).await
    }

    async fn load_identity(&self, address: &str) -> Result<Option<[u8; 32]>> {
        let key = self.get(IDENTITY, address.as_bytes()).await?;
        key.map(|key| key.try_into().map_err(|_| broken(IDENTITY, "a key is not 32 bytes long"))).transpose()
    }

    async fn delete_identity(&self, address: &str) -> Result<()> {
        self.delete(IDENTITY, address.as_bytes().to_vec()).await
    }

    async fn get_session(&self, address: &str) -> Result<Option<Bytes>> {
        Ok(self.get(SESSION, address.as_bytes()).await?.map(Bytes::from))
    }

    async fn put_session(&self, address: &str, session: &[u8]) -> Result<()> {
        self.put(SESSION, address.as_bytes().to_vec(), session.to_vec()).await
    }

    async fn put_sessions_batch(&self, sessions: &[(Arc<str>, Bytes)]) -> Result<()> {
        self.apply(puts(SESSION, sessions)).await
    }

    async fn delete_session(&self, address: &str) -> Result<()> {
        self.delete(SESSION, address.as_bytes().to_vec()).await
    }

    async fn has_signal_state_for_user(&self, user: &str) -> Result<bool> {
        // Addresses are `user@…`, or `user:device@…`.
        for space in [SESSION, IDENTITY] {
            for end in ['@', ':'] {
                if !self.scan(space, format!("{user}{end}").as_bytes()).await?.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    async fn store_prekey(&self, id: u32, record: &[u8], uploaded: bool) -> Result<()> {
        self.put(PRE_KEY, id.to_be_bytes().to_vec(), pre_key_row(record, uploaded)).await
    }

    async fn store_prekeys_batch(&self, keys: &[(u32, Bytes)], uploaded: bool) -> Result<()> {
        let put = |(id, record): &(u32, Bytes)| {
            SessionOp::Put(PRE_KEY, id.to_be_bytes().to_vec(), pre_key_row(record, uploaded))
        };
        self.apply(keys.iter().map(put).collect()).await
    }

    async fn load_prekey(&self, id: u32) -> Result<Option<Bytes>> {
        self.get(PRE_KEY, &id.to_be_bytes()).await?.map(|row| record_of(&row)).transpose()
    }

    async fn load_prekeys_batch(&self, ids: &[u32]) -> Result<Vec<(u32, Bytes)>> {
        let rows = self.get_many(PRE_KEY, ids.iter().map(|id| id.to_be_bytes().to_vec()).collect()).await?;
        let found = ids.iter().zip(rows).filter_map(|(id, row)| row.map(|row| (*id, row)));
        found.map(|(id, row)| Ok((id, record_of(&row)?))).collect()
    }

    /// Only what is still there is marked: a key that was used up meanwhile stays gone.
    async fn mark_prekeys_uploaded(&self, ids: &[u32]) -> Result<()> {
        let _lock = self.lock().await;
        let stored = self.load_prekeys_batch(ids).await?;
        self.store_prekeys_batch(&stored, true).await
    }

    async fn remove_prekey(&self, id: u32) -> Result<()> {
        let _lock = self.lock().await;
        self.delete(PRE_KEY, id.to_be_bytes().to_vec()).await
    }

    async fn get_max_prekey_id(&self) -> Result<u32> {
        // Ids are big-endian, so the last key is the highest.
        self.scan(PRE_KEY, &[]).await?.last().map_or(Ok(0), |(key, _)| id_of(PRE_KEY, key))
    }

    async fn store_signed_prekey(&self, id: u32, record: &[u8]) -> Result<()> {
        self.put(SIGNED_PRE_KEY, id.to_be_bytes().to_vec(), record.to_vec()).await
    }

    async fn load_signed_prekey(&self, id: u32) -> Result<Option<Vec<u8>>> {
        self.get(SIGNED_PRE_KEY, &id.to_be_bytes()).await
    }

    async fn load_all_signed_prekeys(&self) -> Result<Vec<(u32, Vec<u8>)>> {
        let rows = self.scan(SIGNED_PRE_KEY, &[]).await?;
        rows.into_iter().map(|(key, record)| Ok((id_of(SIGNED_PRE_KEY, &key)?, record))).collect()
    }

    async fn remove_signed_prekey(&self, id: u32) -> Result<()> {
        self.delete(SIGNED_PRE_KEY, id.to_be_bytes().to_vec()).await
    }

    async fn put_sender_key(&self, address: &str, record: &[u8]) -> Result<()> {
        self.put(SENDER_KEY, key([address]), record.to_vec()).await
    }

    async fn put_sender_keys_batch(&self, sender_keys: &[(Arc<str>, Bytes)]) -> Result<()> {
        let put = |(address, record): &(Arc<str>, Bytes)| SessionOp::Put(SENDER_KEY, key([address]), record.to_vec());
        self.apply(sender_keys.iter().map(put).collect()).await
    }

    async fn get_sender_key(&self, address: &str) -> Result<Option<Vec<u8>>> {
        self.get(SENDER_KEY, &key([address])).await
    }

    async fn delete_sender_key(&self, address: &str) -> Result<()> {
        self.delete(SENDER_KEY, key([address])).await
    }
}

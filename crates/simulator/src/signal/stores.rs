//! The stores that the Signal library asks for, as maps in memory. Separate structs, since its calls borrow several.

use std::collections::HashMap;

use async_trait::async_trait;
use wacore_libsignal::protocol::error::Result;
use wacore_libsignal::protocol::{
    Direction, GenericSignedPreKey as _, IdentityChange, IdentityKey, IdentityKeyPair, IdentityKeyStore, KeyPair,
    PreKeyId, PreKeyRecord, PreKeyStore, ProtocolAddress, SessionRecord, SessionStore, SignalProtocolError,
    SignedPreKeyId, SignedPreKeyRecord, SignedPreKeyStore, Timestamp,
};

/// The own identity and the peers'.
pub(super) struct Identities {
    pub(super) own: IdentityKeyPair,
    pub(super) registration: u32,
    peers: HashMap<ProtocolAddress, IdentityKey>,
}

impl Identities {
    pub(super) fn new(own: IdentityKeyPair, registration: u32) -> Self {
        Self { own, registration, peers: HashMap::new() }
    }
}

#[async_trait]
impl IdentityKeyStore for Identities {
    async fn get_identity_key_pair(&self) -> Result<IdentityKeyPair> {
        Ok(self.own.clone())
    }

    async fn get_local_registration_id(&self) -> Result<u32> {
        Ok(self.registration)
    }

    async fn save_identity(&mut self, address: &ProtocolAddress, identity: &IdentityKey) -> Result<IdentityChange> {
        let before = self.peers.insert(address.clone(), *identity);
        Ok(match before {
            Some(old) if old != *identity => IdentityChange::ReplacedExisting,
            _ => IdentityChange::NewOrUnchanged,
        })
    }

    /// Everybody is trusted: as on a real phone, a changed key is news, not a refusal.
    async fn is_trusted_identity(&self, _: &ProtocolAddress, _: &IdentityKey, _: Direction) -> Result<bool> {
        Ok(true)
    }

    async fn get_identity(&self, address: &ProtocolAddress) -> Result<Option<IdentityKey>> {
        Ok(self.peers.get(address).copied())
    }
}

#[derive(Default)]
pub(super) struct Sessions(HashMap<ProtocolAddress, SessionRecord>);

impl Sessions {
    pub(super) fn contains(&self, address: &ProtocolAddress) -> bool {
        self.0.contains_key(address)
    }

    pub(super) fn remove(&mut self, address: &ProtocolAddress) {
        self.0.remove(address);
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn load_session(&self, address: &ProtocolAddress) -> Result<Option<SessionRecord>> {
        Ok(self.0.get(address).cloned())
    }

    async fn has_session(&self, address: &ProtocolAddress) -> Result<bool> {
        Ok(self.contains(address))
    }

    async fn store_session(&mut self, address: &ProtocolAddress, record: SessionRecord) -> Result<()> {
        self.0.insert(address.clone(), record);
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct PreKeys(HashMap<u32, PreKeyRecord>);

impl PreKeys {
    pub(super) fn insert(&mut self, id: u32, pair: &KeyPair) {
        self.0.insert(id, PreKeyRecord::new(PreKeyId::from(id), pair));
    }

    pub(super) fn remove(&mut self, id: u32) {
        self.0.remove(&id);
    }
}

#[async_trait]
impl PreKeyStore for PreKeys {
    async fn get_pre_key(&self, id: PreKeyId) -> Result<PreKeyRecord> {
        self.0.get(&id.into()).cloned().ok_or(SignalProtocolError::InvalidPreKeyId)
    }

    async fn save_pre_key(&mut self, id: PreKeyId, record: &PreKeyRecord) -> Result<()> {
        self.0.insert(id.into(), record.clone());
        Ok(())
    }

    async fn remove_pre_key(&mut self, id: PreKeyId) -> Result<()> {
        self.remove(id.into());
        Ok(())
    }
}

/// The one signed pre-key of a phone.
pub(super) struct SignedPreKeys(SignedPreKeyId, SignedPreKeyRecord);

impl SignedPreKeys {
    pub(super) fn new(id: SignedPreKeyId, time: Timestamp, pair: &KeyPair, signature: &[u8]) -> Self {
        Self(id, SignedPreKeyRecord::new(id, time, pair, signature))
    }
}

#[async_trait]
impl SignedPreKeyStore for SignedPreKeys {
    async fn get_signed_pre_key(&self, id: SignedPreKeyId) -> Result<SignedPreKeyRecord> {
        (id == self.0).then(|| self.1.clone()).ok_or(SignalProtocolError::InvalidSignedPreKeyId)
    }

    async fn save_signed_pre_key(&mut self, id: SignedPreKeyId, record: &SignedPreKeyRecord) -> Result<()> {
        *self = Self(id, record.clone());
        Ok(())
    }
}

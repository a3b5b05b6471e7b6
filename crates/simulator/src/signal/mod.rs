//! A phone's Signal protocol: its keys, its sessions with other devices, and the bundles by which sessions begin.

mod bundle;
mod stores;

pub use bundle::{Bundle, SignedKey, read_key};

use futures_util::FutureExt as _;
use rand::rngs::StdRng;
use thiserror::Error;
use wacore_libsignal::protocol::{
    CiphertextMessage, IdentityKeyPair, KeyPair, PreKeySignalMessage, ProtocolAddress, SignalMessage,
    SignalProtocolError, SignedPreKeyId, Timestamp, UsePQRatchet, message_decrypt_prekey, message_decrypt_signal,
    message_encrypt, process_prekey_bundle,
};

use crate::wire::certificate::{raw_key, raw_public};
use crate::world::Address;
use stores::{Identities, PreKeys, Sessions, SignedPreKeys};

const SIGNED_KEY_ID: u32 = 1;

/// Why a ciphertext could not be read or made.
#[derive(Debug, Error)]
pub enum SignalError {
    /// The same ciphertext was decrypted before.
    #[error("this ciphertext was decrypted before")]
    Duplicate,
    /// `<enc type>` is neither `msg` nor `pkmsg`.
    #[error("`{0}` is no kind of ciphertext the simulator knows")]
    UnknownKind(String),
    /// Everything else that Signal refuses.
    #[error("{0}")]
    Protocol(SignalProtocolError),
}

impl From<SignalProtocolError> for SignalError {
    fn from(error: SignalProtocolError) -> Self {
        match error {
            SignalProtocolError::DuplicatedMessage(..) => Self::Duplicate,
            other => Self::Protocol(other),
        }
    }
}

impl SignalError {
    /// The number by which a retry receipt names the cause.
    pub fn retry_code(&self) -> u8 {
        match self {
            Self::Protocol(SignalProtocolError::SessionNotFound(_)) => 1,
            Self::Protocol(SignalProtocolError::InvalidPreKeyId) => 3,
            _ => 7,
        }
    }
}

/// A ciphertext as it goes into `<enc type>`.
pub struct Sealed {
    /// `pkmsg` until the peer has answered, then `msg`.
    pub kind: &'static str,
    /// The ciphertext.
    pub bytes: Vec<u8>,
}

/// The Signal state of one phone (its device 0). Addresses are canonical: one session a device, by whatever name it came.
pub struct Signal {
    identities: Identities,
    sessions: Sessions,
    pre_keys: PreKeys,
    signed: SignedPreKeys,
    next_pre_key: u32,
    signed_key: SignedKey,
}

impl Signal {
    /// A phone with new keys.
    pub fn generate(rng: &mut StdRng) -> Self {
        let identity = IdentityKeyPair::generate(rng);
        let pair = KeyPair::generate(rng);
        let signature = identity
            .private_key()
            .calculate_signature(&pair.public_key.serialize(), rng)
            .expect("a freshly made key signs")
            .to_vec();
        let signed =
            SignedPreKeys::new(SignedPreKeyId::from(SIGNED_KEY_ID), Timestamp::from_epoch_millis(0), &pair, &signature);
        let registration = rand::RngExt::random_range(rng, 1..0x3fff);
        Self {
            identities: Identities::new(identity, registration),
            sessions: Sessions::default(),
            pre_keys: PreKeys::default(),
            signed,
            next_pre_key: 1,
            signed_key: SignedKey { id: SIGNED_KEY_ID, public: raw_public(&pair), signature },
        }
    }

    /// The phone's identity: the account key of its linked devices, too.
    pub fn identity(&self) -> &IdentityKeyPair {
        &self.identities.own
    }

    /// The public identity key, 32 bytes.
    pub fn identity_public(&self) -> [u8; 32] {
        raw_key(self.identity().public_key())
    }

    /// The registration id.
    pub fn registration(&self) -> u32 {
        self.identities.registration
    }

    /// A bundle for somebody who wants to write to this phone, with a one-time key made for it.
    pub fn bundle(&mut self, rng: &mut StdRng) -> Bundle {
        let (id, pair) = (self.next_pre_key, KeyPair::generate(rng));
        self.next_pre_key += 1;
        self.pre_keys.insert(id, &pair);
        Bundle {
            registration: self.registration(),
            identity: self.identity_public(),
            signed: self.signed_key.clone(),
            one_time: Some((id, raw_public(&pair))),
        }
    }

    /// Whether there is a session with that device.
    pub fn has_session(&self, peer: Address) -> bool {
        self.sessions.contains(&protocol_address(peer))
    }

    /// Drops the session with that device.
    pub fn forget(&mut self, peer: Address) {
        self.sessions.remove(&protocol_address(peer));
    }

    /// Begins a session from a bundle.
    ///
    /// # Errors
    /// When the bundle's keys or signature are wrong.
    pub fn begin(&mut self, peer: Address, bundle: &Bundle, rng: &mut StdRng) -> Result<(), SignalError> {
        let bundle = bundle.to_pre_key_bundle(peer)?;
        let address = protocol_address(peer);
        let sessions = &mut self.sessions;
        now(process_prekey_bundle(&address, sessions, &mut self.identities, &bundle, rng, UsePQRatchet::No))?;
        Ok(())
    }

    /// Encrypts for that device; there must be a session.
    ///
    /// # Errors
    /// When there is none.
    pub fn encrypt(&mut self, peer: Address, plain: &[u8]) -> Result<Sealed, SignalError> {
        let address = protocol_address(peer);
        let message = now(message_encrypt(plain, &address, &mut self.sessions, &mut self.identities))?;
        let kind = match message {
            CiphertextMessage::PreKeySignalMessage(_) => "pkmsg",
            _ => "msg",
        };
        Ok(Sealed { kind, bytes: message.serialize().to_vec() })
    }

    /// Decrypts what that device sent, and forgets the one-time key it used up.
    ///
    /// # Errors
    /// [`SignalError::Duplicate`] for a ciphertext seen before; otherwise whatever Signal says.
    pub fn decrypt(
        &mut self,
        peer: Address,
        kind: &str,
        bytes: &[u8],
        rng: &mut StdRng,
    ) -> Result<Vec<u8>, SignalError> {
        let address = protocol_address(peer);
        let (sessions, identities) = (&mut self.sessions, &mut self.identities);
        let result = match kind {
            "pkmsg" => {
                let message = PreKeySignalMessage::try_from(bytes)?;
                let (keys, signed) = (&mut self.pre_keys, &self.signed);
                now(message_decrypt_prekey(
                    &message,
                    &address,
                    sessions,
                    identities,
                    keys,
                    signed,
                    rng,
                    UsePQRatchet::No,
                ))?
            }
            "msg" => {
                now(message_decrypt_signal(&SignalMessage::try_from(bytes)?, &address, sessions, identities, rng))?
            }
            other => return Err(SignalError::UnknownKind(other.to_owned())),
        };
        if let Some(used) = result.consumed_prekey_id {
            self.pre_keys.remove(used.into());
        }
        Ok(result.plaintext)
    }
}

fn protocol_address(peer: Address) -> ProtocolAddress {
    ProtocolAddress::new(&peer.user.to_string(), u32::from(peer.device).into())
}

/// Runs a future that never waits: the stores are maps in memory.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("stores in memory answer at once")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::world::UserId;

    #[test]
    fn two_phones_talk_and_a_replay_is_told_from_damage() {
        let mut rng: StdRng = rand::make_rng();
        let (mut anna, mut ben) = (Signal::generate(&mut rng), Signal::generate(&mut rng));
        let (a, b) = (Address::phone(UserId(1)), Address::phone(UserId(2)));
        let bundle = ben.bundle(&mut rng);
        anna.begin(b, &bundle, &mut rng).unwrap();

        let first = anna.encrypt(b, b"one").unwrap();
        let second = anna.encrypt(b, b"two").unwrap();
        assert_eq!((first.kind, second.kind), ("pkmsg", "pkmsg"), "until Ben has answered");
        assert_eq!(ben.decrypt(a, second.kind, &second.bytes, &mut rng).unwrap(), b"two");
        assert_eq!(ben.decrypt(a, first.kind, &first.bytes, &mut rng).unwrap(), b"one");
        assert!(matches!(ben.decrypt(a, first.kind, &first.bytes, &mut rng), Err(SignalError::Duplicate)));

        let answer = ben.encrypt(a, b"three").unwrap();
        assert_eq!(anna.decrypt(b, answer.kind, &answer.bytes, &mut rng).unwrap(), b"three");
        let mut damaged = anna.encrypt(b, b"four").unwrap();
        assert_eq!(damaged.kind, "msg");
        let at = damaged.bytes.len() - 4;
        damaged.bytes[at] ^= 1;
        assert!(matches!(ben.decrypt(a, "msg", &damaged.bytes, &mut rng), Err(SignalError::Protocol(_))));
        damaged.bytes[at] ^= 1;
        assert_eq!(ben.decrypt(a, "msg", &damaged.bytes, &mut rng).unwrap(), b"four", "damage spoils no session");
    }

    #[test]
    fn a_bundle_with_a_wrong_signature_begins_nothing() {
        let mut rng: StdRng = rand::make_rng();
        let (mut anna, mut ben) = (Signal::generate(&mut rng), Signal::generate(&mut rng));
        let b = Address::phone(UserId(2));
        let mut bundle = ben.bundle(&mut rng);
        bundle.signed.signature[9] ^= 1;
        assert!(anna.begin(b, &bundle, &mut rng).is_err());
        assert!(!anna.has_session(b));
    }
}

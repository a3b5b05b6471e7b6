//! The server's static Noise key and the certificates that vouch for it: root, intermediate, leaf.

use rand::rngs::StdRng;
use wacore_libsignal::protocol::KeyPair;
use waproto::buffa::{Message as _, MessageField};
use waproto::whatsapp::{CertChain, cert_chain::NoiseCertificate, cert_chain::noise_certificate::Details};

/// Validity around the start of the simulator: clients use the fast handshake only within it.
const DAY: u64 = 24 * 3600;

/// Who the server is: its static key and the encoded chain, both made at start and the same for its whole life.
pub struct ServerIdentity {
    /// The key that clients store after their first login and greet with (IK) from then on.
    pub static_key: KeyPair,
    /// `CertChain`, encoded.
    pub chain: Vec<u8>,
    /// The root's public key: what a client must trust to accept the chain.
    pub root: [u8; 32],
}

impl ServerIdentity {
    /// New keys and a chain valid from a day before `now` (Unix seconds) to ten years after.
    pub fn generate(now: u64, rng: &mut StdRng) -> Self {
        let (root, intermediate, leaf) = (KeyPair::generate(rng), KeyPair::generate(rng), KeyPair::generate(rng));
        let chain = CertChain {
            intermediate: MessageField::some(certify(1, 0, &intermediate, &root, now, rng)),
            leaf: MessageField::some(certify(2, 1, &leaf, &intermediate, now, rng)),
        };
        Self { chain: chain.encode_to_vec(), root: raw_public(&root), static_key: leaf }
    }
}

fn certify(
    serial: u32,
    issuer: u32,
    subject: &KeyPair,
    signer: &KeyPair,
    now: u64,
    rng: &mut StdRng,
) -> NoiseCertificate {
    let details = Details {
        serial: Some(serial),
        issuer_serial: Some(issuer),
        key: Some(raw_public(subject).to_vec()),
        not_before: Some(now.saturating_sub(DAY)),
        not_after: Some(now + 3650 * DAY),
    }
    .encode_to_vec();
    let signature = signer.calculate_signature(&details, rng).expect("a freshly made key signs");
    NoiseCertificate { details: Some(details), signature: Some(signature.to_vec()) }
}

/// A public key as WhatsApp writes it: 32 bytes, no type byte.
pub fn raw_public(pair: &KeyPair) -> [u8; 32] {
    raw_key(&pair.public_key)
}

/// The 32 bytes of a public key.
pub fn raw_key(key: &wacore_libsignal::protocol::PublicKey) -> [u8; 32] {
    key.public_key_bytes().try_into().expect("X25519 public keys have 32 bytes")
}

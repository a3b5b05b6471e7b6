//! The public keys by which others begin a session with a device.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use wacore_libsignal::protocol::{IdentityKey, PreKeyBundle, PublicKey};

use super::SignalError;
use crate::wire::stanza::{child_key, child_number, leaf, three_bytes};
use crate::world::Address;

/// A signed pre-key, as uploaded.
#[derive(Clone)]
pub struct SignedKey {
    /// Its number, 24 bits on the wire.
    pub id: u32,
    /// 32 bytes, without the type byte.
    pub public: [u8; 32],
    /// By the device's identity key, over the key with its type byte.
    pub signature: Vec<u8>,
}

impl SignedKey {
    /// Reads `<skey>`.
    pub fn read(node: &Node) -> Option<Self> {
        let signature = crate::wire::stanza::child(node, "signature")?.to_vec();
        Some(Self { id: child_number(node, "id")?, public: child_key(node, "value")?, signature })
    }

    /// `<skey><id/><value/><signature/></skey>`.
    pub fn to_node(&self) -> Node {
        NodeBuilder::new("skey")
            .children([
                leaf("id", three_bytes(self.id)),
                leaf("value", self.public),
                leaf("signature", self.signature.clone()),
            ])
            .build()
    }
}

/// What a key fetch gives away: each one-time key once.
#[derive(Clone)]
pub struct Bundle {
    /// The device's registration id.
    pub registration: u32,
    /// Its identity key, 32 bytes.
    pub identity: [u8; 32],
    /// Its signed pre-key.
    pub signed: SignedKey,
    /// A one-time key, while there are any.
    pub one_time: Option<(u32, [u8; 32])>,
}

impl Bundle {
    /// The keys inside a retry receipt: `<keys>`, with the registration id beside it.
    pub fn read_retry(receipt: &Node) -> Option<Self> {
        let keys = receipt.get_optional_child("keys")?;
        let one_time = keys.get_optional_child("key").and_then(read_key);
        Some(Self {
            registration: child_number(receipt, "registration")?,
            identity: child_key(keys, "identity")?,
            signed: SignedKey::read(keys.get_optional_child("skey")?)?,
            one_time,
        })
    }

    /// The children of `<user>` in the answer to a key fetch.
    pub fn to_nodes(&self) -> Vec<Node> {
        let mut nodes = vec![
            leaf("registration", self.registration.to_be_bytes()),
            leaf("type", [5]),
            leaf("identity", self.identity),
        ];
        if let Some((id, public)) = self.one_time {
            nodes.push(NodeBuilder::new("key").children([leaf("id", three_bytes(id)), leaf("value", public)]).build());
        }
        nodes.push(self.signed.to_node());
        nodes
    }

    pub(super) fn to_pre_key_bundle(&self, peer: Address) -> Result<PreKeyBundle, SignalError> {
        let one_time = match self.one_time {
            Some((id, public)) => Some((id.into(), key(&public)?)),
            None => None,
        };
        Ok(PreKeyBundle::new(
            self.registration,
            u32::from(peer.device).into(),
            one_time,
            self.signed.id.into(),
            key(&self.signed.public)?,
            self.signed.signature.clone(),
            IdentityKey::new(key(&self.identity)?),
        )?)
    }
}

/// Reads `<key><id/><value/></key>`.
pub fn read_key(node: &Node) -> Option<(u32, [u8; 32])> {
    Some((child_number(node, "id")?, child_key(node, "value")?))
}

fn key(raw: &[u8; 32]) -> Result<PublicKey, SignalError> {
    PublicKey::from_djb_public_key_bytes(raw).map_err(|error| SignalError::Protocol(error.into()))
}

//! The names by which the outside refers to a socket, an acknowledgement and a session.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Names one connected socket of this server, for as long as it is connected. A handle whose socket is gone is harmless: what is
/// addressed to it goes nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    slot: u32,
    /// The generation of the slot (24 bits) above the shard (8 bits).
    tag: u32,
}

impl Handle {
    pub(crate) fn new(shard: u8, slot: u32, generation: u32) -> Self {
        Self { slot, tag: generation << 8 | u32::from(shard) }
    }

    pub(crate) fn shard(self) -> u8 {
        self.tag as u8
    }

    pub(crate) fn slot(self) -> u32 {
        self.slot
    }
}

/// The right to answer one event that a client wants acknowledged: 16 bytes that go wherever the work goes, answered once with
/// [`Cx::ack`](crate::Cx::ack) or [`Batch::ack`](crate::Batch::ack).
///
/// One that is dropped leaves the client waiting and counts as unanswered for as long as its socket lives.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a client waits for the answer"]
pub struct Ack {
    handle: Handle,
    id: u64,
}

impl Ack {
    pub(crate) fn new(handle: Handle, id: u64) -> Self {
        Self { handle, id }
    }

    /// The socket that waits for the answer.
    pub fn handle(&self) -> Handle {
        self.handle
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

/// Random bytes that make a session id impossible to guess: 120 bits.
pub(crate) type Secret = [u8; 15];

const SID_BYTES: usize = 1 + 4 + 4 + size_of::<Secret>();

/// An Engine.IO session id: where the session lives, and the secret that proves that its client is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sid {
    pub(crate) shard: u8,
    pub(crate) slot: u32,
    pub(crate) generation: u32,
    pub(crate) secret: Secret,
}

impl Sid {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; SID_BYTES];
        // The decoder asks for room for a whole last group.
        let mut room = [0; SID_BYTES + 3];
        let len = URL_SAFE_NO_PAD.decode_slice(text, &mut room).ok()?;
        if len != SID_BYTES {
            return None;
        }
        bytes.copy_from_slice(&room[..SID_BYTES]);
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let mut secret = Secret::default();
        secret.copy_from_slice(&bytes[9..]);
        Some(Self { shard: bytes[0], slot: word(1), generation: word(5), secret })
    }
}

impl std::fmt::Display for Sid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = [0; SID_BYTES];
        bytes[0] = self.shard;
        bytes[1..5].copy_from_slice(&self.slot.to_be_bytes());
        bytes[5..9].copy_from_slice(&self.generation.to_be_bytes());
        bytes[9..].copy_from_slice(&self.secret);
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// Compares secrets without telling by the time taken where they differ.
pub(crate) fn same_secret(a: &Secret, b: &Secret) -> bool {
    a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_session_id_reads_back() {
        let sid = Sid { shard: 3, slot: 70_000, generation: 9, secret: [7; 15] };
        assert_eq!(Sid::parse(&sid.to_string()).unwrap(), sid);
    }

    #[test]
    fn what_is_no_session_id_is_refused() {
        for text in ["", "abc", "!!!!", &"A".repeat(31), &"A".repeat(33), &"A".repeat(4000)] {
            assert_eq!(Sid::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_ack_is_sixteen_bytes_and_a_handle_tells_generations_apart() {
        assert_eq!(size_of::<Ack>(), 16);
        assert_ne!(Handle::new(1, 2, 3), Handle::new(1, 2, 4));
        let handle = Handle::new(255, u32::MAX, 0x00AB_CDEF);
        assert_eq!((handle.shard(), handle.slot()), (255, u32::MAX));
    }
}

//! Frames: `length (3 bytes, big-endian) | payload` in one byte stream, however the WebSocket messages cut it.

use bytes::{Buf, Bytes, BytesMut};
use thiserror::Error;

/// `"WA"`, protocol version 6 and the token dictionary: the prologue of the Noise handshake.
pub type Intro = [u8; 4];

/// The dictionary of today's clients; older ones have other tokens and would read nonsense.
const DICTIONARY: u8 = 3;

/// Why the first bytes of a client are no WhatsApp connection.
#[derive(Debug, Error)]
pub enum IntroError {
    /// The stream begins with something else.
    #[error("the connection does not begin with \"WA\" and version 6 but with {0:02x?}")]
    NotWhatsApp([u8; 4]),
    /// The client speaks another token dictionary.
    #[error("the client speaks token dictionary {0}, the simulator only {DICTIONARY}")]
    Dictionary(u8),
}

/// Collects received bytes and hands them out frame by frame.
#[derive(Default)]
pub struct Frames {
    buffer: BytesMut,
}

impl Frames {
    /// Adds bytes as they came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The intro, once all of it has come; an edge-routing intro (`"ED"`) before it is skipped.
    ///
    /// # Errors
    /// When the bytes are no intro that the simulator can go on with.
    pub fn intro(&mut self) -> Result<Option<Intro>, IntroError> {
        if self.buffer.starts_with(b"ED") && !self.skip_routing() {
            return Ok(None);
        }
        if self.buffer.len() < 4 {
            return Ok(None);
        }
        let intro: Intro = [self.buffer[0], self.buffer[1], self.buffer[2], self.buffer[3]];
        self.buffer.advance(4);
        match intro {
            [b'W', b'A', 6, DICTIONARY] => Ok(Some(intro)),
            [b'W', b'A', 6, other] => Err(IntroError::Dictionary(other)),
            other => Err(IntroError::NotWhatsApp(other)),
        }
    }

    /// The next complete frame's payload.
    pub fn next_frame(&mut self) -> Option<Bytes> {
        let length = read_u24(self.buffer.get(..3)?);
        if self.buffer.len() < 3 + length {
            return None;
        }
        self.buffer.advance(3);
        Some(self.buffer.split_to(length).freeze())
    }

    /// Drops `"ED" 00 01 | length | bytes`; false while it is incomplete.
    fn skip_routing(&mut self) -> bool {
        let Some(length) = self.buffer.get(4..7).map(read_u24) else { return false };
        if self.buffer.len() < 7 + length {
            return false;
        }
        self.buffer.advance(7 + length);
        true
    }
}

/// Appends `payload` as one frame.
pub fn write_frame(payload: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    out.extend_from_slice(&length[1..]);
    out.extend_from_slice(payload);
}

fn read_u24(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn frames_come_whole_however_they_were_cut() {
        let mut bytes = b"ED\0\x01\0\0\x02xyWA\x06\x03".to_vec();
        write_frame(b"first", &mut bytes);
        write_frame(b"", &mut bytes);
        write_frame(&[7; 70_000], &mut bytes);
        for step in [1, 3, 50, bytes.len()] {
            let (mut frames, mut intro, mut got) = (Frames::default(), None, Vec::new());
            for part in bytes.chunks(step) {
                frames.push(part);
                if intro.is_none() {
                    intro = frames.intro().unwrap();
                }
                while intro.is_some()
                    && let Some(frame) = frames.next_frame()
                {
                    got.push(frame.len());
                }
            }
            assert_eq!((intro, got), (Some(*b"WA\x06\x03"), vec![5, 0, 70_000]), "cut every {step} bytes");
        }
    }

    #[test]
    fn a_strange_intro_is_refused() {
        let mut frames = Frames::default();
        frames.push(b"GET / HTTP/1.1");
        assert!(matches!(frames.intro(), Err(IntroError::NotWhatsApp(_))));
        let mut frames = Frames::default();
        frames.push(b"WA\x06\x02");
        assert!(matches!(frames.intro(), Err(IntroError::Dictionary(2))));
    }
}

//! WebSocket frames (RFC 6455) as a client needs them: sent masked, received unmasked and whole.

use thiserror::Error;

/// No frame of a server under test is larger; a longer length means that the stream is out of step.
const LARGEST: u64 = 16 << 20;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Opcode {
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: Opcode,
    pub(crate) payload: &'a [u8],
}

#[derive(Debug, Eq, Error, PartialEq)]
pub(crate) enum FrameError {
    #[error("the server sent a fragmented frame or a reserved bit (first byte {0:#04x})")]
    NotWhole(u8),
    #[error("the server sent a frame with the unknown opcode {0}")]
    Opcode(u8),
    #[error("the server sent a masked frame")]
    Masked,
    #[error("the server announced a frame of {0} bytes")]
    TooLarge(u64),
}

/// The first frame in `input` and how many bytes it takes; `None` while it is incomplete.
pub(crate) fn decode(input: &[u8]) -> Result<Option<(Frame<'_>, usize)>, FrameError> {
    let [first, second, ..] = *input else {
        return Ok(None);
    };
    let opcode = opcode(first)?;
    if second & 0x80 != 0 {
        return Err(FrameError::Masked);
    }
    let Some((length, head)) = length(second, &input[2..]) else {
        return Ok(None);
    };
    if length > LARGEST {
        return Err(FrameError::TooLarge(length));
    }
    let end = head + length as usize;
    Ok(input.get(head..end).map(|payload| (Frame { opcode, payload }, end)))
}

fn opcode(first: u8) -> Result<Opcode, FrameError> {
    if first & 0xf0 != 0x80 {
        return Err(FrameError::NotWhole(first));
    }
    match first & 0x0f {
        1 => Ok(Opcode::Text),
        2 => Ok(Opcode::Binary),
        8 => Ok(Opcode::Close),
        9 => Ok(Opcode::Ping),
        10 => Ok(Opcode::Pong),
        other => Err(FrameError::Opcode(other)),
    }
}

/// The payload's length and the size of the head before it.
fn length(second: u8, rest: &[u8]) -> Option<(u64, usize)> {
    match second {
        126 => rest.first_chunk().map(|bytes| (u64::from(u16::from_be_bytes(*bytes)), 4)),
        127 => rest.first_chunk().map(|bytes| (u64::from_be_bytes(*bytes), 10)),
        short => Some((u64::from(short), 2)),
    }
}

/// Appends one masked frame to `out`.
pub(crate) fn encode(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8], mask: [u8; 4]) {
    out.push(0x80 | opcode as u8);
    match payload.len() {
        short @ 0..=125 => out.push(0x80 | short as u8),
        medium @ 126..=0xffff => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&mask);
    let masked = payload.iter().zip(mask.iter().cycle());
    out.extend(masked.map(|(byte, mask)| byte ^ mask));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What a server would send: the client's frame with the mask taken off.
    fn from_server(payload: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        encode(&mut frame, Opcode::Text, payload, [0; 4]);
        frame[1] &= 0x7f;
        let head = frame.len() - payload.len();
        frame.drain(head - 4..head);
        frame
    }

    #[test]
    fn every_length_class_comes_back_and_is_incomplete_at_every_cut() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536] {
            let payload = vec![b'x'; length];
            let bytes = from_server(&payload);
            let (frame, used) = decode(&bytes).unwrap().unwrap();
            assert_eq!((frame.opcode, frame.payload), (Opcode::Text, &payload[..]));
            assert_eq!(used, bytes.len());
            for cut in (0..bytes.len()).step_by(1 + length / 200) {
                assert_eq!(decode(&bytes[..cut]), Ok(None), "{length} cut at {cut}");
            }
        }
    }

    #[test]
    fn two_frames_behind_each_other_are_taken_one_by_one() {
        let bytes = [from_server(b"one"), from_server(b"two")].concat();
        let (first, used) = decode(&bytes).unwrap().unwrap();
        let (second, _) = decode(&bytes[used..]).unwrap().unwrap();
        assert_eq!((first.payload, second.payload), (&b"one"[..], &b"two"[..]));
    }

    #[test]
    fn a_client_frame_is_masked_as_the_rfc_shows() {
        let mut out = Vec::new();
        encode(&mut out, Opcode::Text, b"Hello", [0x37, 0xfa, 0x21, 0x3d]);
        let expected = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(out, expected);
    }

    #[test]
    fn what_no_server_may_send_is_named() {
        assert_eq!(decode(&[0x01, 0]), Err(FrameError::NotWhole(0x01)));
        assert_eq!(decode(&[0xc1, 0]), Err(FrameError::NotWhole(0xc1)));
        assert_eq!(decode(&[0x83, 0]), Err(FrameError::Opcode(3)));
        assert_eq!(decode(&[0x81, 0x80]), Err(FrameError::Masked));
        let huge = [0x81, 127, 1, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(decode(&huge), Err(FrameError::TooLarge(1 << 56)));
    }
}

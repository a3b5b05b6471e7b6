//! WebSocket frames (RFC 6455): reading a client's, and the header of ours.

use crate::reason::CloseReason;

pub(crate) const CONTINUATION: u8 = 0x0;
pub(crate) const TEXT: u8 = 0x1;
pub(crate) const BINARY: u8 = 0x2;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xA;

const FIN: u8 = 0x80;
const RSV: u8 = 0x70;
const MASKED: u8 = 0x80;
const MAX_CONTROL: usize = 125;

/// One frame of a client, its payload unmasked where it lay.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) fin: bool,
    pub(crate) opcode: u8,
    /// Where the payload lies in the buffer.
    pub(crate) start: usize,
    /// Where it ends, and the next frame begins.
    pub(crate) end: usize,
}

impl Frame {
    pub(crate) fn is_control(&self) -> bool {
        self.opcode & 0x8 != 0
    }
}

struct Header {
    fin: bool,
    opcode: u8,
    len: usize,
    mask: [u8; 4],
    size: usize,
}

/// Takes the first frame of `buf`, or `None` while it is not all there. A frame that announces more than `max` bytes is refused
/// before they arrive.
///
/// # Errors
/// [`CloseReason::ProtocolError`] for a broken rule, [`CloseReason::PayloadTooLarge`].
pub(crate) fn decode(buf: &mut [u8], max: usize) -> Result<Option<Frame>, CloseReason> {
    let Some(header) = header(buf)? else { return Ok(None) };
    if header.len > max {
        return Err(CloseReason::PayloadTooLarge);
    }
    let (start, end) = (header.size, header.size + header.len);
    if buf.len() < end {
        return Ok(None);
    }
    unmask(&mut buf[start..end], header.mask);
    Ok(Some(Frame { fin: header.fin, opcode: header.opcode, start, end }))
}

fn header(buf: &[u8]) -> Result<Option<Header>, CloseReason> {
    let &[first, second, ..] = buf else { return Ok(None) };
    let (fin, opcode, short) = (first & FIN != 0, first & 0x0F, usize::from(second & !MASKED));
    let known = matches!(opcode, CONTINUATION | TEXT | BINARY | CLOSE | PING | PONG);
    let broken_control = opcode & 0x8 != 0 && (!fin || short > MAX_CONTROL);
    if first & RSV != 0 || second & MASKED == 0 || !known || broken_control {
        return Err(CloseReason::ProtocolError);
    }
    let extra = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let size = 2 + extra + 4;
    if buf.len() < size {
        return Ok(None);
    }
    let len = length(short, &buf[2..2 + extra])?;
    let mask = [buf[size - 4], buf[size - 3], buf[size - 2], buf[size - 1]];
    Ok(Some(Header { fin, opcode, len, mask, size }))
}

/// The payload's length. It has to be written in the shortest way.
fn length(short: usize, extra: &[u8]) -> Result<usize, CloseReason> {
    if extra.is_empty() {
        return Ok(short);
    }
    let len = extra.iter().fold(0u64, |len, byte| len << 8 | u64::from(*byte));
    let shortest = if extra.len() == 2 { 126 } else { 65_536 };
    if len < shortest || len >> 63 != 0 {
        return Err(CloseReason::ProtocolError);
    }
    usize::try_from(len).map_err(|_| CloseReason::PayloadTooLarge)
}

/// Eight bytes at a time: the compiler makes vectors of it.
fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let word = u32::from_ne_bytes(mask);
    let wide = u64::from(word) << 32 | u64::from(word);
    let mut chunks = payload.chunks_exact_mut(8);
    for chunk in &mut chunks {
        let bytes: [u8; 8] = (&*chunk).try_into().expect("chunks are eight bytes");
        chunk.copy_from_slice(&(u64::from_ne_bytes(bytes) ^ wide).to_ne_bytes());
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// Writes a whole frame of ours.
pub(crate) fn put(buf: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    let (header, size) = server_header(opcode, payload.len());
    buf.extend_from_slice(&header[..size]);
    buf.extend_from_slice(payload);
}

/// Writes a close frame.
pub(crate) fn put_close(buf: &mut Vec<u8>, code: u16) {
    put(buf, CLOSE, &code.to_be_bytes());
}

/// The header of a frame from the server (not masked, in one piece), and its size.
pub(crate) fn server_header(opcode: u8, len: usize) -> ([u8; 10], usize) {
    let mut header = [0; 10];
    header[0] = FIN | opcode;
    match len {
        0..=125 => {
            header[1] = len as u8;
            (header, 2)
        }
        126..=0xFFFF => {
            header[1] = 126;
            header[2..4].copy_from_slice(&(len as u16).to_be_bytes());
            (header, 4)
        }
        _ => {
            header[1] = 127;
            header[2..10].copy_from_slice(&(len as u64).to_be_bytes());
            (header, 10)
        }
    }
}

/// The size of the header of one of our own frames.
pub(crate) fn header_size(frame: &[u8]) -> usize {
    match frame.get(1) {
        Some(126) => 4,
        Some(127) => 10,
        _ => 2,
    }
}

/// The status code to answer a client's close frame with.
///
/// # Errors
/// [`CloseReason::ProtocolError`] if its payload is none that RFC 6455 allows.
pub(crate) fn close_code(payload: &[u8]) -> Result<u16, CloseReason> {
    match payload {
        [] => Ok(1000),
        [high, low, text @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            let allowed = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
            if !allowed || std::str::from_utf8(text).is_err() {
                return Err(CloseReason::ProtocolError);
            }
            Ok(code)
        }
        [_] => Err(CloseReason::ProtocolError),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    /// A client's frame.
    fn client(first: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
        let mut buf = Vec::new();
        let (mut header, size) = server_header(0, payload.len());
        header[0] = first;
        header[1] |= MASKED;
        buf.extend_from_slice(&header[..size]);
        buf.extend_from_slice(&mask);
        buf.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
        buf
    }

    proptest! {
        #[test]
        fn what_a_client_masks_we_read(payload in proptest::collection::vec(any::<u8>(), 0..1_000), mask: [u8; 4], fin: bool) {
            let mut buf = client(if fin { 0x81 } else { 0x01 }, &payload, mask);
            let all = buf.len();
            let frame = decode(&mut buf, payload.len()).unwrap().unwrap();
            prop_assert_eq!((frame.fin, frame.opcode, frame.end), (fin, TEXT, all));
            prop_assert_eq!(&buf[frame.start..frame.end], &payload[..]);
        }

        #[test]
        fn a_part_of_a_frame_waits_for_the_rest(len in 0usize..300, cut in 0usize..300) {
            let whole = client(0x82, &vec![9; len], [1, 2, 3, 4]);
            let mut part = whole[..cut.min(whole.len() - 1)].to_vec();
            let before = part.clone();
            prop_assert_eq!(decode(&mut part, 1000).unwrap(), None);
            prop_assert_eq!(part, before);
        }

        #[test]
        fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = decode(&mut bytes, 20);
        }

        #[test]
        fn our_headers_have_the_size_they_say(len in prop_oneof![0usize..200, 65_530usize..65_540]) {
            let mut buf = Vec::new();
            put(&mut buf, TEXT, &vec![b'x'; len]);
            prop_assert_eq!(buf.len() - header_size(&buf), len);
        }
    }

    #[test]
    fn every_length_has_its_own_header() {
        for len in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
            let mut buf = client(0x82, &vec![7; len], [1, 2, 3, 4]);
            let frame = decode(&mut buf, len).unwrap().unwrap();
            assert!(buf[frame.start..frame.end].iter().all(|byte| *byte == 7) && frame.end - frame.start == len);
            assert!(len == 0 || decode(&mut buf, len - 1).is_err());
        }
    }

    #[test]
    fn broken_rules_are_refused() {
        let refused = |bytes: &[u8]| decode(&mut bytes.to_vec(), 1000).unwrap_err();
        for (what, bytes) in [
            ("reserved bit", client(0xC1, b"x", [0; 4])),
            ("opcode 3", client(0x83, b"x", [0; 4])),
            ("opcode 11", client(0x8B, b"x", [0; 4])),
            ("ping in parts", client(0x09, b"x", [0; 4])),
            ("long ping", client(0x89, &[0; 126], [0; 4])),
            ("no mask", vec![0x81, 0x01, b'x']),
            ("16 bit length of 5", vec![0x81, 0xFE, 0, 5, 0, 0, 0, 0]),
            ("64 bit length of 65,535", vec![0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0]),
            ("64 bit length, highest bit", vec![0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            assert_eq!(refused(&bytes), CloseReason::ProtocolError, "{what}");
        }
        assert_eq!(refused(&client(0x81, &[0; 1001], [0; 4])[..8]), CloseReason::PayloadTooLarge);
    }

    #[test]
    fn close_codes_follow_the_standard() {
        assert_eq!(close_code(b"").unwrap(), 1000);
        for code in [1000u16, 1001, 1003, 1007, 1011, 3000, 4999] {
            assert_eq!(close_code(&code.to_be_bytes()).unwrap(), code);
        }
        for code in [0u16, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] {
            assert!(close_code(&code.to_be_bytes()).is_err(), "{code}");
        }
        assert!(close_code(&[3]).is_err());
        assert!(close_code(&[3, 0xE8, 0xFF]).is_err());
    }
}

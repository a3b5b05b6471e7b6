//! Our own packets, encoded once as complete frames.

use std::ops::Range;

use serde::Serialize;

use super::frame::{TEXT, server_header};

/// The header that most frames have: 126 to 65,535 bytes.
const USUAL_HEADER: usize = 4;

/// Appends a text frame whose payload `write` appends, and says where it lies. The frames of one buffer lie next to each other.
pub(crate) fn text_frame(buf: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
    let start = buf.len();
    buf.extend_from_slice(&[0; USUAL_HEADER]);
    write(buf);
    let payload = start + USUAL_HEADER..buf.len();
    let (header, size) = server_header(TEXT, payload.len());
    if size > USUAL_HEADER {
        buf.resize(buf.len() + size - USUAL_HEADER, 0);
    }
    if size != USUAL_HEADER {
        buf.copy_within(payload.clone(), start + size);
    }
    buf[start..start + size].copy_from_slice(&header[..size]);
    buf.truncate(start + size + payload.len());
    start..buf.len()
}

/// Appends `42["event",payload]`, or says why the payload has no JSON and leaves the buffer as it was.
pub(crate) fn event(
    buf: &mut Vec<u8>,
    event: &str,
    payload: &(impl Serialize + ?Sized),
) -> serde_json::Result<Range<usize>> {
    let start = buf.len();
    let mut written = Ok(());
    let frame = text_frame(buf, |buf| {
        buf.extend_from_slice(b"42[");
        written = serde_json::to_writer(&mut *buf, event);
        buf.push(b',');
        written = std::mem::replace(&mut written, Ok(())).and_then(|()| serde_json::to_writer(&mut *buf, payload));
        buf.push(b']');
    });
    if written.is_err() {
        buf.truncate(start);
    }
    written.map(|()| frame)
}

/// Appends `43id[payload]`, or says why the payload has no JSON and leaves the buffer as it was.
pub(crate) fn ack(buf: &mut Vec<u8>, id: u64, payload: &(impl Serialize + ?Sized)) -> serde_json::Result<Range<usize>> {
    let start = buf.len();
    let mut written = Ok(());
    let frame = text_frame(buf, |buf| {
        buf.extend_from_slice(b"43");
        written = serde_json::to_writer(&mut *buf, &id);
        buf.push(b'[');
        written = std::mem::replace(&mut written, Ok(())).and_then(|()| serde_json::to_writer(&mut *buf, payload));
        buf.push(b']');
    });
    if written.is_err() {
        buf.truncate(start);
    }
    written.map(|()| frame)
}

/// Appends an acknowledgement without arguments.
pub(crate) fn empty_ack(buf: &mut Vec<u8>, id: u64) -> Range<usize> {
    text_frame(buf, |buf| buf.extend_from_slice(format!("43{id}[]").as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::wire::frame::header_size;

    #[test]
    fn frames_of_every_length_lie_next_to_each_other() {
        let mut buf = Vec::new();
        let frames: Vec<_> = [0usize, 1, 100, 115, 116, 117, 200, 65_520, 65_527, 65_528, 70_000]
            .iter()
            .map(|len| (*len, event(&mut buf, "e", &"x".repeat(*len)).unwrap()))
            .collect();
        let mut end = 0;
        for (len, frame) in frames {
            assert_eq!(frame.start, end);
            end = frame.end;
            let bytes = &buf[frame];
            let payload = std::str::from_utf8(&bytes[header_size(bytes)..]).unwrap();
            assert_eq!(payload, format!("42[\"e\",\"{}\"]", "x".repeat(len)));
            assert_eq!(server_header(TEXT, payload.len()).0[..header_size(bytes)], bytes[..header_size(bytes)]);
        }
    }

    #[test]
    fn what_has_no_json_leaves_no_trace() {
        let mut buf = vec![1];
        let no_json = std::collections::HashMap::from([((1, 2), 3)]);
        assert!(event(&mut buf, "e", &no_json).is_err());
        assert!(ack(&mut buf, 1, &no_json).is_err());
        assert_eq!(buf, [1]);
    }

    #[test]
    fn acks_carry_their_id() {
        let mut buf = Vec::new();
        ack(&mut buf, 456, &serde_json::json!({"ok": true})).unwrap();
        assert_eq!(&buf[2..], br#"43456[{"ok":true}]"#);
        let frame = empty_ack(&mut buf, 7);
        assert_eq!(&buf[frame][2..], b"437[]");
    }
}

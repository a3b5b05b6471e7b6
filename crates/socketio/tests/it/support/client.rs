//! A WebSocket client without manners.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    input: Vec<u8>,
}

pub(crate) const HANDSHAKE: &str = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

impl Client {
    /// Makes the handshake of a WebSocket; the answer's head is read.
    pub(crate) fn handshake(addr: SocketAddr, query: &str) -> Self {
        let mut client = Self::raw(addr);
        client.write(format!("GET /socket.io/?{query} HTTP/1.1\r\n{HANDSHAKE}\r\n").as_bytes());
        let head = client.head();
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        client
    }

    /// A TCP connection.
    pub(crate) fn raw(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, input: Vec::new() }
    }

    pub(crate) fn of(stream: TcpStream) -> Self {
        Self { stream, input: Vec::new() }
    }

    /// Opens a session; its open packet is read.
    pub(crate) fn open(addr: SocketAddr) -> Self {
        let mut client = Self::handshake(addr, "EIO=4&transport=websocket");
        let open = client.text();
        assert!(open.starts_with("0{\"sid\":"), "{open}");
        client
    }

    /// Opens a session and connects to the main namespace.
    pub(crate) fn connect(addr: SocketAddr) -> Self {
        let mut client = Self::open(addr);
        client.send("40");
        let answer = client.text();
        assert!(answer.starts_with("40{\"sid\":\""), "{answer}");
        client
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.write(&frame(0x81, text.as_bytes()));
    }

    /// The head of an HTTP answer.
    pub(crate) fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.input.windows(4).position(|four| four == b"\r\n\r\n") {
                let head: Vec<u8> = self.input.drain(..end + 4).collect();
                return String::from_utf8(head).unwrap();
            }
            assert!(self.more(), "the connection ended in a head");
        }
    }

    fn more(&mut self) -> bool {
        let mut buf = [0; 65_536];
        match self.stream.read(&mut buf) {
            Ok(len) => {
                self.input.extend_from_slice(&buf[..len]);
                len > 0
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// The next frame, or `None` when the connection ended.
    pub(crate) fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((first, payload, size)) = split(&self.input) {
                self.input.drain(..size);
                return Some((first, payload));
            }
            if !self.more() {
                return None;
            }
        }
    }

    /// The next message, which is a text.
    pub(crate) fn text(&mut self) -> String {
        let (first, payload) = self.frame().expect("a frame");
        assert_eq!(first, 0x81, "{payload:?}");
        String::from_utf8(payload).unwrap()
    }

    /// The status code of the close frame, which is next; behind it the connection ends.
    pub(crate) fn close_code(&mut self) -> u16 {
        let (first, payload) = self.frame().expect("a close frame");
        assert_eq!(first, 0x88, "{}", String::from_utf8_lossy(&payload));
        self.ended();
        u16::from_be_bytes([payload[0], payload[1]])
    }

    /// Waits until the connection has ended, with nothing before that.
    pub(crate) fn ended(&mut self) {
        if let Some(frame) = self.frame() {
            panic!("no end but {frame:?}");
        }
    }
}

/// A client's frame.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x12, 0x34, 0x56, 0x78];
    let mut bytes = vec![first];
    match payload.len() {
        len @ 0..=125 => bytes.push(0x80 | len as u8),
        len @ 126..=65_535 => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            bytes.push(0x80 | 127);
            bytes.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    bytes
}

/// A server's frame: its first byte, its payload, its size.
fn split(input: &[u8]) -> Option<(u8, Vec<u8>, usize)> {
    let (&first, &second) = (input.first()?, input.get(1)?);
    assert_eq!(second & 0x80, 0, "a server does not mask");
    let (start, len) = match second {
        126 => (4, usize::from(u16::from_be_bytes(input.get(2..4)?.try_into().unwrap()))),
        127 => (10, u64::from_be_bytes(input.get(2..10)?.try_into().unwrap()) as usize),
        len => (2, usize::from(len)),
    };
    Some((first, input.get(start..start + len)?.to_vec(), start + len))
}

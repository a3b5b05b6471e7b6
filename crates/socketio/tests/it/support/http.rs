//! HTTP requests, and sessions over long-polling.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value)
    }
}

/// One request on a connection of its own.
pub(crate) fn request(addr: SocketAddr, method: &str, target: &str, headers: &str, body: &str) -> Response {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    request_on(&mut stream, method, target, headers, body)
}

/// One request on a connection that stays open.
pub(crate) fn request_on(stream: &mut TcpStream, method: &str, target: &str, headers: &str, body: &str) -> Response {
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    write!(stream, "{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n{body}").unwrap();
    response_on(stream)
}

/// The next answer on a connection.
pub(crate) fn response_on(stream: &mut TcpStream) -> Response {
    let mut bytes = Vec::new();
    let mut buf = [0; 65_536];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let status = head[9..12].parse().unwrap();
            let mut response = Response { status, head, body: String::new() };
            let len: usize = response.header("content-length").map_or(0, |len| len.parse().unwrap());
            while bytes.len() < end + 4 + len {
                let n = stream.read(&mut buf).unwrap();
                assert!(n > 0, "the connection ended in a body");
                bytes.extend_from_slice(&buf[..n]);
            }
            response.body = String::from_utf8(bytes[end + 4..end + 4 + len].to_vec()).unwrap();
            return response;
        }
        let n = stream.read(&mut buf).unwrap();
        assert!(n > 0, "the connection ended in a head");
        bytes.extend_from_slice(&buf[..n]);
    }
}

pub(crate) fn get(addr: SocketAddr, target: &str) -> Response {
    request(addr, "GET", target, "", "")
}

pub(crate) fn post(addr: SocketAddr, target: &str, body: &str) -> Response {
    request(addr, "POST", target, "", body)
}

/// A session over long-polling.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) addr: SocketAddr,
    pub(crate) sid: String,
}

impl Session {
    pub(crate) fn open(addr: SocketAddr) -> Self {
        let open = get(addr, "/socket.io/?EIO=4&transport=polling");
        assert_eq!(open.status, 200, "{open:?}");
        let open: serde_json::Value = serde_json::from_str(open.body.strip_prefix('0').unwrap()).unwrap();
        Self { addr, sid: open["sid"].as_str().unwrap().to_owned() }
    }

    /// Opens a session and connects to the main namespace.
    pub(crate) fn connect(addr: SocketAddr) -> Self {
        let session = Self::open(addr);
        assert_eq!(session.post("40").body, "ok");
        let answer = session.get();
        assert!(answer.body.starts_with("40{\"sid\":\""), "{answer:?}");
        session
    }

    pub(crate) fn target(&self) -> String {
        format!("/socket.io/?EIO=4&transport=polling&sid={}", self.sid)
    }

    pub(crate) fn get(&self) -> Response {
        get(self.addr, &self.target())
    }

    pub(crate) fn post(&self, body: &str) -> Response {
        post(self.addr, &self.target(), body)
    }

    /// A poll that waits in a thread of its own.
    pub(crate) fn poll(&self) -> std::thread::JoinHandle<Response> {
        let session = self.clone();
        std::thread::spawn(move || session.get())
    }
}

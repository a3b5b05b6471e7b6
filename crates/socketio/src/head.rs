//! The head of a connection's first request, as far as the shard has to know it.

use crate::config::{Config, MAX_HEAD};
use crate::handle::Sid;
use crate::route::{Ask, Route, parameter, route};

/// What the first bytes of a connection are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// Too little to tell.
    Partial,
    /// Nothing for a shard: the HTTP server has to look at it.
    Foreign,
    /// The handshake of a WebSocket: its length, the session it wants to take over, the value of `Sec-WebSocket-Accept`.
    WebSocket { len: usize, sid: Option<Sid>, accept: String },
}

/// The most headers that a handshake may have.
const MAX_HEADERS: usize = 100;

/// Looks at the first bytes of a connection. Only a handshake without any fault is ours.
pub(crate) fn read(config: &Config, bytes: &[u8]) -> Head {
    let Some((method, target)) = request_line(bytes) else {
        return if bytes.len() > MAX_HEAD { Head::Foreign } else { Head::Partial };
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if method != "GET" || !config.owns(path) || parameter(query, "transport") != Some("websocket") {
        return Head::Foreign;
    }
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(len)) if len <= MAX_HEAD => handshake(config, &request, query, len),
        Ok(httparse::Status::Partial) if bytes.len() <= MAX_HEAD => Head::Partial,
        _ => Head::Foreign,
    }
}

/// Method and target, once the line is there as far as the blank behind them.
fn request_line(bytes: &[u8]) -> Option<(&str, &str)> {
    let mut blanks = memchr::memchr2_iter(b' ', b'\n', bytes);
    let (first, second) = (blanks.next()?, blanks.next()?);
    let text = |range| std::str::from_utf8(&bytes[range]).unwrap_or_default();
    Some((text(0..first), text(first + 1..second)))
}

fn handshake(config: &Config, request: &httparse::Request<'_, '_>, query: &str, len: usize) -> Head {
    let header = |name: &str| {
        let mut values = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        values.next().map(|header| std::str::from_utf8(header.value).unwrap_or_default())
    };
    let ask = Ask {
        method: "GET",
        query,
        origin: header("origin"),
        host: header("host"),
        upgrade: header("upgrade"),
        connection: header("connection"),
        version: header("sec-websocket-version"),
        key: header("sec-websocket-key"),
    };
    let has_body =
        header("content-length").is_some_and(|len| len.trim() != "0") || header("transfer-encoding").is_some();
    match route(config, &ask) {
        Ok(Route::WebSocket(sid, accept)) if request.version == Some(1) && !has_body => {
            Head::WebSocket { len, sid, accept }
        }
        _ => Head::Foreign,
    }
}

/// The answer to a handshake.
pub(crate) fn switching(accept: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

/// The answer to a handshake for a session that can't be taken over.
pub(crate) fn refused(refusal: crate::route::Refusal) -> String {
    let body = refusal.json();
    format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const HANDSHAKE: &str = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    fn read_text(text: &str) -> Head {
        read(&Config::default(), text.as_bytes())
    }

    #[test]
    fn a_handshake_waits_for_its_last_byte() {
        for cut in 0..HANDSHAKE.len() {
            assert_eq!(read_text(&HANDSHAKE[..cut]), Head::Partial, "{cut}");
        }
        let more = format!("{HANDSHAKE}and more");
        assert!(matches!(read_text(&more), Head::WebSocket { len, sid: None, .. } if len == HANDSHAKE.len()));
    }

    #[test]
    fn everything_else_is_for_the_http_server() {
        for text in [
            "GET / HTTP/1.1\r\n".to_owned(),
            "POST /socket.io/?EIO=4&transport=websocket HTTP".to_owned(),
            "GET /socket.io/?EIO=4&transport=polling HTTP/1.1".to_owned(),
            "GET /socket.iox/?EIO=4&transport=websocket HTTP/1.1".to_owned(),
            "PRI * HTTP/2.0\r\n".to_owned(),
            "\r\n\r\n".to_owned(),
            HANDSHAKE.replace("13", "12"),
            HANDSHAKE.replace("Host: x", "Content-Length: 5"),
            HANDSHAKE.replace("HTTP/1.1", "HTTP/1.0"),
            HANDSHAKE.replace("Host: x", &format!("X: {}", "x".repeat(MAX_HEAD))),
            HANDSHAKE.replace("Host: x", "H\u{0}st: x"),
            "G".repeat(MAX_HEAD + 1),
        ] {
            assert_eq!(read_text(&text), Head::Foreign, "{}", &text[..text.len().min(80)]);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&Config::default(), &bytes);
        }
    }
}

//! What a request for our path wants, or why it gets nothing. One answer for both doors: the shard's and the HTTP server's.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};

use crate::config::Config;
use crate::handle::Sid;

/// What matters of a request.
#[derive(Debug, Default)]
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) query: &'a str,
    pub(crate) origin: Option<&'a str>,
    pub(crate) host: Option<&'a str>,
    /// The headers `Upgrade`, `Connection`, `Sec-WebSocket-Version` and `Sec-WebSocket-Key`.
    pub(crate) upgrade: Option<&'a str>,
    pub(crate) connection: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// A browser asks whether it may.
    Preflight,
    OpenPolling,
    Poll(Sid),
    Post(Sid),
    /// A WebSocket: with a session of its own, or to take one over. With the value of `Sec-WebSocket-Accept`.
    WebSocket(Option<Sid>, String),
}

/// Why a request is refused: Engine.IO's error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    UnknownTransport,
    UnknownSession,
    BadMethod,
    BadRequest,
    Forbidden,
    UnsupportedVersion,
}

impl Refusal {
    pub(crate) fn status(self) -> u16 {
        if self == Self::Forbidden { 403 } else { 400 }
    }

    pub(crate) fn json(self) -> &'static str {
        match self {
            Self::UnknownTransport => r#"{"code":0,"message":"Transport unknown"}"#,
            Self::UnknownSession => r#"{"code":1,"message":"Session ID unknown"}"#,
            Self::BadMethod => r#"{"code":2,"message":"Bad handshake method"}"#,
            Self::BadRequest => r#"{"code":3,"message":"Bad request"}"#,
            Self::Forbidden => r#"{"code":4,"message":"Forbidden"}"#,
            Self::UnsupportedVersion => r#"{"code":5,"message":"Unsupported protocol version"}"#,
        }
    }
}

/// Decides what a request wants.
pub(crate) fn route(config: &Config, ask: &Ask<'_>) -> Result<Route, Refusal> {
    if !config.admits(ask.origin, ask.host) {
        return Err(Refusal::Forbidden);
    }
    if ask.method == "OPTIONS" {
        return Ok(Route::Preflight);
    }
    let upgrade = ask.upgrade.is_some_and(|value| has_token(value, "websocket"));
    match (parameter(ask.query, "transport"), parameter(ask.query, "sid")) {
        (Some("polling"), Some(sid)) if !upgrade => with_session(ask.method, sid),
        (Some("polling"), None) if !upgrade => handshake(ask).map(|()| Route::OpenPolling),
        (Some("websocket"), None) => {
            handshake(ask)?;
            Ok(Route::WebSocket(None, websocket(ask, upgrade)?))
        }
        (Some("websocket"), Some(sid)) => {
            let sid = Sid::parse(sid).ok_or(Refusal::UnknownSession)?;
            Ok(Route::WebSocket(Some(sid), websocket(ask, upgrade)?))
        }
        (Some("polling"), _) => Err(Refusal::BadRequest),
        _ => Err(Refusal::UnknownTransport),
    }
}

fn with_session(method: &str, sid: &str) -> Result<Route, Refusal> {
    let sid = Sid::parse(sid).ok_or(Refusal::UnknownSession)?;
    match method {
        "GET" => Ok(Route::Poll(sid)),
        "POST" => Ok(Route::Post(sid)),
        _ => Err(Refusal::BadRequest),
    }
}

fn handshake(ask: &Ask<'_>) -> Result<(), Refusal> {
    if ask.method != "GET" {
        return Err(Refusal::BadMethod);
    }
    if parameter(ask.query, "EIO") != Some("4") {
        return Err(Refusal::UnsupportedVersion);
    }
    Ok(())
}

/// Checks a WebSocket handshake (RFC 6455, section 4.2.1) and gives the answer to its key.
fn websocket(ask: &Ask<'_>, upgrade: bool) -> Result<String, Refusal> {
    let complete = ask.method == "GET"
        && upgrade
        && ask.version == Some("13")
        && ask.connection.is_some_and(|value| has_token(value, "upgrade"));
    let key = ask.key.map(str::trim).filter(|key| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16));
    match key {
        Some(key) if complete => Ok(accept(key)),
        _ => Err(Refusal::BadRequest),
    }
}

fn accept(key: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(hash.finalize())
}

fn has_token(list: &str, token: &str) -> bool {
    list.split(',').any(|item| item.trim().eq_ignore_ascii_case(token))
}

/// The first parameter of this name. The values we know need no decoding.
pub(crate) fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn socket(query: &str) -> Ask<'_> {
        Ask {
            method: "GET",
            query,
            upgrade: Some("WebSocket"),
            connection: Some("keep-alive, Upgrade"),
            version: Some("13"),
            key: Some("dGhlIHNhbXBsZSBub25jZQ=="),
            ..Ask::default()
        }
    }

    fn plain<'a>(method: &'a str, query: &'a str) -> Ask<'a> {
        Ask { method, query, ..Ask::default() }
    }

    #[test]
    fn the_standards_own_example_is_answered() {
        let route = route(&Config::default(), &socket("EIO=4&transport=websocket")).unwrap();
        assert_eq!(route, Route::WebSocket(None, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".into()));
    }

    #[test]
    fn refusals_have_the_codes_of_the_reference() {
        let config = Config { origin: Some(Box::new(|origin, _| origin == "http://good")), ..Config::default() };
        let sid = Sid { shard: 0, slot: 0, generation: 1, secret: [1; 15] }.to_string();
        let refused = |ask: &Ask<'_>| route(&config, ask).unwrap_err();
        assert_eq!(refused(&plain("GET", "EIO=4")), Refusal::UnknownTransport);
        assert_eq!(refused(&plain("GET", "EIO=4&transport=abc")), Refusal::UnknownTransport);
        assert_eq!(refused(&plain("GET", "EIO=4&transport=polling&sid=abc")), Refusal::UnknownSession);
        assert_eq!(refused(&plain("POST", "EIO=4&transport=polling")), Refusal::BadMethod);
        assert_eq!(refused(&plain("PUT", "EIO=4&transport=polling")), Refusal::BadMethod);
        assert_eq!(refused(&plain("GET", "EIO=4&transport=websocket")), Refusal::BadRequest);
        assert_eq!(refused(&socket("EIO=4&transport=polling")), Refusal::BadRequest);
        assert_eq!(refused(&plain("DELETE", &format!("EIO=4&transport=polling&sid={sid}"))), Refusal::BadRequest);
        assert_eq!(refused(&Ask { origin: Some("http://bad"), ..plain("OPTIONS", "") }), Refusal::Forbidden);
        assert_eq!(
            refused(&Ask { origin: Some("http://bad"), ..socket("EIO=4&transport=websocket") }),
            Refusal::Forbidden
        );
        assert_eq!(refused(&plain("GET", "EIO=3&transport=polling")), Refusal::UnsupportedVersion);
        assert_eq!(refused(&plain("GET", "transport=polling")), Refusal::UnsupportedVersion);
        assert_eq!(refused(&socket("EIO=abc&transport=websocket")), Refusal::UnsupportedVersion);
        for broken in [
            Ask { version: Some("8"), ..socket("EIO=4&transport=websocket") },
            Ask { key: Some("short"), ..socket("EIO=4&transport=websocket") },
            Ask { connection: None, ..socket("EIO=4&transport=websocket") },
            Ask { method: "POST", ..socket(&format!("transport=websocket&sid={sid}")) },
        ] {
            assert_eq!(refused(&broken), Refusal::BadRequest, "{broken:?}");
        }
    }

    #[test]
    fn requests_find_their_way() {
        let config = Config::default();
        let sid = Sid { shard: 0, slot: 0, generation: 1, secret: [1; 15] };
        let query = format!("EIO=4&transport=polling&t=abc&sid={sid}");
        assert_eq!(route(&config, &plain("GET", &query)).unwrap(), Route::Poll(sid));
        assert_eq!(route(&config, &plain("POST", &query)).unwrap(), Route::Post(sid));
        assert_eq!(route(&config, &plain("GET", "EIO=4&transport=polling")).unwrap(), Route::OpenPolling);
        assert_eq!(route(&config, &plain("OPTIONS", "")).unwrap(), Route::Preflight);
        assert!(
            matches!(route(&config, &socket(&format!("EIO=4&transport=websocket&sid={sid}"))).unwrap(), Route::WebSocket(Some(s), _) if s == sid)
        );
    }
}

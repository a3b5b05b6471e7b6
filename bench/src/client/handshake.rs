//! The HTTP upgrade to a WebSocket of Engine.IO 4.

use anyhow::{Context, Result, bail, ensure};

/// The example key of RFC 6455 and the answer it must get: one key for all connections does for a load generator.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The request that opens a socket at `host` (name and port).
pub(crate) fn request(host: &str) -> Vec<u8> {
    format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    .into_bytes()
}

/// The size of the server's answer once it is complete, `None` before; an error when it is no upgrade.
pub(crate) fn accepted(input: &[u8]) -> Result<Option<usize>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let status = response.parse(input).context("the answer to the upgrade is no HTTP")?;
    let httparse::Status::Complete(size) = status else {
        return Ok(None);
    };
    if response.code != Some(101) {
        bail!("the upgrade was answered {} instead of 101", response.code.unwrap_or(0));
    }
    let accept = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("sec-websocket-accept"));
    ensure!(
        accept.is_some_and(|header| header.value == ACCEPT),
        "the upgrade was answered with a wrong Sec-WebSocket-Accept"
    );
    Ok(Some(size))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOOD: &str = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    #[test]
    fn an_upgrade_is_taken_once_complete() {
        assert_eq!(accepted(format!("{GOOD}\u{1}").as_bytes()).unwrap(), Some(GOOD.len()));
        assert_eq!(accepted(&GOOD.as_bytes()[..40]).unwrap(), None);
    }

    #[test]
    fn anything_else_is_an_error_that_says_what_came() {
        let refused = accepted(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap_err();
        assert!(refused.to_string().contains("403"));
        let other_key = GOOD.replace("s3pP", "AAAA");
        assert!(accepted(other_key.as_bytes()).is_err());
    }
}

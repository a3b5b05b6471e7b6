//! Who may make the first user: whoever sits at the machine, or has the set-up link that the start printed.

use super::secret::random;
use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use std::net::{IpAddr, SocketAddr};

/// Proxies say by one of these that they speak for somebody else.
const FORWARDING: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// The one-time token of the set-up link.
pub struct SetupToken(String);

impl SetupToken {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate() -> Result<Self> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random::<24>()?)))
    }

    /// For the link; it goes to the terminal only, never into a log.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this is it. Takes as long for every wrong one of its length.
    #[must_use]
    pub fn matches(&self, other: &str) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), other.as_bytes());
        ours.len() == theirs.len() && ours.iter().zip(theirs).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
    }
}

/// Whether a request comes from somebody at this very machine: over loopback, through no proxy, and asked for under a
/// name of loopback (a page whose own name was bent to 127.0.0.1 asks under that name).
#[must_use]
pub fn is_at_the_machine(peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    let near = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let direct = !FORWARDING.iter().any(|name| headers.contains_key(*name));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    near && direct && host.is_some_and(is_loopback_name)
}

fn is_loopback_name(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn near(peer: &str, headers: &[(&'static str, &str)]) -> bool {
        let map = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        is_at_the_machine(Some(peer.parse().unwrap()), &map)
    }

    #[test]
    fn only_straight_from_loopback() {
        for host in ["127.0.0.1:5000", "localhost:5000", "localhost", "[::1]:5000"] {
            assert!(near("127.0.0.1:9", &[("host", host)]), "{host}");
        }
        assert!(near("[::1]:9", &[("host", "[::1]:1")]) && near("[::ffff:127.0.0.1]:9", &[("host", "localhost")]));
        assert!(!near("192.0.2.1:9", &[("host", "127.0.0.1:5000")]));
        assert!(!near("127.0.0.1:9", &[("host", "evil.test:5000")]));
        assert!(!near("127.0.0.1:9", &[]));
        for name in FORWARDING {
            assert!(!near("127.0.0.1:9", &[("host", "localhost"), (name, "x")]), "{name}");
        }
        assert!(!is_at_the_machine(None, &HeaderMap::new()));
    }

    #[test]
    fn a_setup_token_is_itself_only() {
        let token = SetupToken::generate().unwrap();
        assert!(token.matches(token.reveal()));
        assert!(!token.matches("") && !token.matches(&"x".repeat(32)));
        assert!(!token.matches(SetupToken::generate().unwrap().reveal()));
    }
}

//! What providers need to know once, for all accounts.

use std::time::Duration;

/// How the providers are set up.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The linked device.
    pub web: WebConfig,
    /// The demo account.
    pub demo: DemoConfig,
}

/// How linked devices reach WhatsApp.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Where to connect instead of WhatsApp's own servers: `ws://` and a loopback address. Only a build with the cargo
    /// feature `simulator` takes it; any other refuses to start with it.
    pub url: Option<String>,
    /// The version of WhatsApp's web client that is told, as 2.3000.1042742319.
    pub version: (u32, u32, u32),
}

impl WebConfig {
    /// The version told when nobody said another one: the one that whatsapp-rust 0.7.0 was made from.
    pub const DEFAULT_VERSION: (u32, u32, u32) = (2, 3000, 1_042_742_319);
}

impl WebConfig {
    /// Whether this build may connect there.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let Some(url) = &self.url else { return Ok(()) };
        if !cfg!(feature = "simulator") {
            return Err(ConfigError::UrlNotAllowed);
        }
        if is_loopback(url) { Ok(()) } else { Err(ConfigError::UrlNotLoopback(url.clone())) }
    }
}

/// `ws://` and an address of this machine. Names don't count, not even `localhost`: they can lead anywhere.
fn is_loopback(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    url.scheme() == "ws" && host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Default for WebConfig {
    fn default() -> Self {
        Self { url: None, version: Self::DEFAULT_VERSION }
    }
}

/// How the invented customers of demo accounts behave.
#[derive(Debug, Clone, Default)]
pub struct DemoConfig {
    /// How fast they are.
    pub pace: Pace,
    /// Makes all they choose repeatable, message ids too: for tests. None draws from the system.
    pub seed: Option<u64>,
}

/// How long invented customers take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From the account's first start to the first greeting; the others follow at the same distance.
    pub greet: Duration,
    /// From a message taken to its `delivered`.
    pub deliver: Duration,
    /// From `delivered` to `read`.
    pub read: Duration,
    /// From `read` to the first keystroke.
    pub think: Duration,
    /// From the first keystroke to the answer.
    pub write: Duration,
}

impl Pace {
    /// No delays at all, for tests.
    pub const ZERO: Self = Self {
        greet: Duration::ZERO,
        deliver: Duration::ZERO,
        read: Duration::ZERO,
        think: Duration::ZERO,
        write: Duration::ZERO,
    };
}

/// About as fast as people who hold their phone.
impl Default for Pace {
    fn default() -> Self {
        Self {
            greet: Duration::from_millis(1500),
            deliver: Duration::from_millis(200),
            read: Duration::from_millis(400),
            think: Duration::from_millis(300),
            write: Duration::from_millis(1200),
        }
    }
}

/// The providers can't be set up like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// An own address for WhatsApp's servers in a build that is not for the simulator.
    #[error(
        "a WhatsApp Web URL is set, but this build connects to WhatsApp only; build with the cargo feature `simulator` to use one"
    )]
    UrlNotAllowed,
    /// The address is no `ws://` URL of this machine.
    #[error("the WhatsApp Web URL must be ws:// and a loopback address with a port, as ws://127.0.0.1:9000/: {0}")]
    UrlNotLoopback(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_counts_as_loopback() {
        for url in ["ws://127.0.0.1:9000", "ws://127.0.0.1:9000/ws/chat", "ws://127.8.0.1:1", "ws://[::1]:9000/"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "",
            "127.0.0.1:9000",
            "wss://127.0.0.1:9000",
            "http://127.0.0.1:9000",
            "ws://localhost:9000",
            "ws://web.whatsapp.com/ws/chat",
            "ws://127.0.0.1.example.com:9000",
            "ws://127.0.0.1@example.com:9000",
            "ws://192.168.1.1:9000",
            "ws://[::ffff:10.0.0.1]:9000",
            "ws://0.0.0.0:9000",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn an_own_url_is_for_the_simulators_build_only() {
        let config = |url: &str| WebConfig { url: Some(url.to_owned()), ..WebConfig::default() };
        assert_eq!(WebConfig::default().check(), Ok(()));
        let here = config("ws://127.0.0.1:9000").check();
        let there = config("ws://example.com").check();
        if cfg!(feature = "simulator") {
            assert_eq!(here, Ok(()));
            assert_eq!(there, Err(ConfigError::UrlNotLoopback("ws://example.com".to_owned())));
        } else {
            assert_eq!((here, there), (Err(ConfigError::UrlNotAllowed), Err(ConfigError::UrlNotAllowed)));
        }
    }
}

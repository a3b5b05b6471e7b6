//! The heartbeat and the limits of a socket.

use super::{ConfigError, source::Sources, value};
use std::time::Duration;

/// What holds for every socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sockets {
    /// How often it is pinged.
    pub ping_interval: Duration,
    /// How long it may take to answer.
    pub ping_timeout: Duration,
    /// The longest packet taken, in bytes.
    pub max_payload: usize,
    /// What may wait for it, in bytes.
    pub max_unsent: usize,
}

impl Sockets {
    pub(super) fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let duration =
            |name| sources.get_or_default(name).parse(value::duration, "a duration such as 500ms, 25s, 10m or 24h");
        let size = |name| sources.get_or_default(name).parse(value::size, "a size such as 1000000, 500kB or 1MB");
        Ok(Self {
            ping_interval: duration("PING_INTERVAL")?,
            ping_timeout: duration("PING_TIMEOUT")?,
            max_payload: size("MAX_PAYLOAD")?,
            max_unsent: size("MAX_UNSENT")?,
        })
    }
}

pub(super) fn send_max_age(sources: &Sources) -> Result<Duration, ConfigError> {
    sources.get_or_default("SEND_MAX_AGE").parse(value::duration, "a duration such as 30m or 24h")
}

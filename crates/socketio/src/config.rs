//! What can be set, and the limits that cannot.

use std::time::Duration;

/// Asks whether a page of this origin (first) may use the server at this host (second).
pub(crate) type OriginCheck = Box<dyn Fn(&str, Option<&str>) -> bool + Send + Sync>;

/// The longest head of a WebSocket handshake, in bytes.
pub(crate) const MAX_HEAD: usize = 16 * 1024;
/// How long a connection may take to send the head of its first request.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an upgrade may take from its handshake to its last packet.
pub(crate) const PROBE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a closing connection may take to take its last bytes and go.
pub(crate) const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// The most packets in one polling answer: some clients refuse more.
pub(crate) const MAX_PACKETS: usize = 16;
/// The most that is read from one socket before the others have their turn.
pub(crate) const READ_BUFFER: usize = 64 * 1024;
/// What the kernel may hold of one socket's output. Without a bound it holds megabytes before `max_unsent` notices a slow client.
pub(crate) const SEND_BUFFER: usize = 128 * 1024;
/// With at least this many sockets to write to, a flush waits for answers that are about to come ...
pub(crate) const HOLD_SOCKETS: usize = 64;
/// ... for at most this long.
pub(crate) const HOLD: Duration = Duration::from_millis(1);
/// A turn that takes longer is counted as slow and warned of: a handler blocks.
pub(crate) const SLOW_TURN: Duration = Duration::from_millis(5);

/// The settings of a server, shared by its shards.
pub(crate) struct Config {
    /// The path without a slash at its end.
    pub(crate) path: String,
    pub(crate) shards: usize,
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
    pub(crate) max_payload: usize,
    pub(crate) max_unsent: usize,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_unanswered: usize,
    pub(crate) origin: Option<OriginCheck>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/socket.io".into(),
            shards: 1,
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            max_payload: 1_000_000,
            max_unsent: 1_000_000,
            connect_timeout: Duration::from_secs(10),
            max_unanswered: 256,
            origin: None,
        }
    }
}

impl Config {
    /// Whether a request for this path is for us.
    pub(crate) fn owns(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest == "/")
    }

    /// Whether a request with this origin may come in.
    pub(crate) fn admits(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        match (&self.origin, origin) {
            (Some(check), Some(origin)) => check(origin, host),
            _ => true,
        }
    }

    /// How often deadlines are looked at: fine enough for the shortest of them, once a second at most.
    pub(crate) fn sweep_every(&self) -> Duration {
        let shortest = self.ping_interval.min(self.ping_timeout).min(self.connect_timeout);
        (shortest / 8).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }
}

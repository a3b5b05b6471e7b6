//! What the engine needs to start.

use domain::Clock;
use std::sync::Arc;
use std::time::Duration;

/// What the engine needs to start.
pub struct Options {
    /// Where and how to store.
    pub store: store::Options,
    /// How to reach WhatsApp, and the pace of the demo.
    pub providers: whatsapp::Config,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// After that a queued message fails as `expired`.
    pub send_max_age: Duration,
}

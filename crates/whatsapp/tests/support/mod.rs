//! What unit and integration tests share: an engine that writes down what it is told, and a store in memory.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod recorder;
mod sessions;

pub use recorder::{Recorder, Told};
pub use sessions::MemorySessions;

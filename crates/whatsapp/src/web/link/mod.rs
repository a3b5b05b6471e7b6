//! Where an account's link stands, as a pure state machine: what happens goes in, what is to be done comes out.
//!
//! [`machine`] has the rules, [`words`] the reasons and sentences.

mod machine;
mod words;

#[cfg(test)]
mod tests;

pub(super) use machine::{Effect, Input, LogoutCause, Machine};

use std::time::Duration;

/// How long the library waits before its n-th attempt in a row (the first is 0), give or take a tenth: a Fibonacci
/// sequence in seconds, at most 15 minutes. This tells people when the next attempt is due; it does not make it.
pub(super) fn backoff(attempt: u32) -> Duration {
    let (mut now, mut next) = (1u64, 1u64);
    for _ in 0..attempt.min(20) {
        (now, next) = (next, now + next);
    }
    Duration::from_secs(now.min(900))
}

//! A server to test, and a client that says exactly what it is told to say.

mod app;
mod client;
mod http;

pub(crate) use app::{App, Count, Running, start, start_with};
pub(crate) use client::{Client, HANDSHAKE, frame};
pub(crate) use http::{Session, get, post, request, request_on, response_on};

/// Waits for a condition; fails when it does not come true in ten seconds.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !condition() {
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "never: {what}");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

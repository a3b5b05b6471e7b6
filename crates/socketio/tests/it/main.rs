//! The server on real connections: clients that say exactly what a test tells them to.
#![allow(clippy::unwrap_used)]

mod batches;
mod faults;
mod handshake;
mod polling;
mod shutdown;
mod slow;
mod support;
mod upgrade;
mod websocket;

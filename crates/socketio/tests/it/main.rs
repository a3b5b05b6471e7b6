//! The server on real connections: clients that say exactly what a test tells them to.
#![allow(clippy::unwrap_used)]

mod support;
mod websocket;

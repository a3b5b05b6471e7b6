//! The Switchboard server: configuration, command line, HTTP and the sockets around the engine's rules.
//!
//! `cli` is the way in, `serve` puts the parts together, `realtime` and `http` talk to clients, `auth` knows who they are.
#![forbid(unsafe_code)]

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod http;
pub mod linking;
pub mod lock;
pub mod logging;
mod metrics;
pub mod notice;
pub mod realtime;
pub mod serve;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

//! A WhatsApp to develop against: the real wire protocol, with the server and the people's phones in one process on
//! loopback, and a control API to play those people. Never part of a release.
//!
//! `wire` is what travels, `link` one socket, `world` everything there is, `signal` the phones' encryption; `pairing`,
//! `login`, `iq` and `messages` are what clients do; `control` is for tests.

pub mod control;
mod dispatch;
mod iq;
mod link;
mod login;
pub mod messages;
pub mod pairing;
pub mod server;
pub mod signal;
mod time;
pub mod wire;
pub mod world;

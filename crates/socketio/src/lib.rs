//! An Engine.IO 4 / Socket.IO 5 server on sharded event loops.
//!
//! A few threads, the shards, each own their sockets, rooms and buffers; nothing of a socket is shared, so its events are handled in
//! order, and there is no lock, task or timer for an idle one. WebSocket, long-polling and the upgrade between them share one port
//! with an axum router.
//!
//! An application is a [`Handler`]: synchronous, called on the shard. What it has to wait for takes the [`Ack`] along; the answer,
//! and everything for other sockets, comes back as a [`Batch`], encoded once and in order.
//!
//! Nothing is ever dropped: a socket that does not take what is sent is closed, and its client comes back.

mod batch;
mod config;
mod core;
mod cx;
mod driver;
mod event;
mod handle;
mod handler;
mod head;
mod http;
mod hub;
mod inbox;
mod reason;
mod route;
mod server;
mod stats;
mod wire;

pub use self::batch::{Batch, Update};
pub use self::cx::Cx;
pub use self::event::Event;
pub use self::handle::{Ack, Handle};
pub use self::handler::{ConnectError, Handler};
pub use self::reason::CloseReason;
pub use self::server::{Builder, Server};
pub use self::stats::Stats;

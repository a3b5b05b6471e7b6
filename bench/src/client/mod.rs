//! A lean Socket.IO client over WebSocket, many sockets on one thread.

mod connection;
mod driver;
mod fields;
mod frame;
mod handshake;
mod packet;

pub(crate) use connection::Link;
pub(crate) use driver::{Driver, Handler, Nanos};
pub(crate) use fields::{Field, number};
pub(crate) use packet::Packet;

//! Everything on the port that is no WebSocket handshake of ours: long-polling, odd handshakes, and the application's routes.

mod door;
mod polling;
mod rewind;
mod upgrade;

pub(crate) use self::door::serve;

//! What goes over the wire: events and commands of Socket.IO, acknowledgements, error codes, HTTP bodies.
//!
//! To define a new event of the server:
//! 1. write its struct in `event/<name>.rs`, with exactly the keys it has on the wire;
//! 2. list it in [`ServerEvent`], with its name and whether it is sequenced;
//! 3. run `cargo xtask schema`, which writes `docs/schema/switchboard.json` anew.
//!
//! To define a new event of the clients: write its struct with `parse` in `command/<name>.rs`, list it in
//! [`ClientEvent`], and run the same command.
#![forbid(unsafe_code)]

pub mod ack;
pub mod command;
pub mod error;
pub mod event;
pub mod http;
mod payload;
mod room;
pub mod schema;
pub mod value;

pub use ack::Ack;
pub use command::ClientEvent;
pub use error::{ErrorBody, ErrorCode, Problem};
pub use event::ServerEvent;
pub use payload::BadPayload;
pub use room::{conversation_room, user_room};
pub use value::{Id, Positions, Rfc3339};

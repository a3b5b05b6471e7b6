//! The sockets: who they are, what they ask, what they are told.
//!
//! To handle a new event of the clients: (1) list it in `protocol`, (2) write `<event>.rs` with one function that takes the
//! [`Call`], (3) add a line to the table in `handler.rs`. Functions run on the thread of the socket and never block: what
//! has to wait is left to a task, with the socket paused if its next events have to wait too.

mod authenticate;
mod call;
mod connect_whatsapp;
mod connected;
mod disconnect_whatsapp;
mod get_connection_status;
mod handler;
mod join_conversation;
mod joined;
mod leave_conversation;
mod outlet;
mod reply;
mod send_message;
mod service;
mod socket;
mod ticket;
mod typing;

pub use call::Call;
pub use handler::Realtime;
pub use outlet::Publisher;
pub use service::{CommittedMessage, Ephemeral, SocketService};
pub use socket::Socket;
pub use ticket::Ticket;

/// The server of sockets.
pub type Io = socketio::Server<Realtime>;

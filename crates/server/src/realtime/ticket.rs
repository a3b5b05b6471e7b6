//! What a socket leaves with the engine, to find it with the answer in the stream of commits.

use super::{Socket, reply::Asked};
use domain::{AccountId, Position, Timestamp, UserId};
use engine::Refused;
use std::time::Instant;
use tokio::sync::oneshot;

/// Who asked for what.
#[derive(Debug)]
pub enum Ticket {
    /// A socket wants to sign in.
    SignIn(SignIn),
    /// A socket sends a message.
    Send(Send),
    /// A socket's send was refused before it got anywhere; the answer only waits for its turn.
    Refused(Send, Refused),
    /// Somebody waits for the positions of a user's accounts.
    Positions(oneshot::Sender<Result<Vec<(AccountId, Position)>, Refused>>),
}

/// A socket that wants to sign in.
#[derive(Debug)]
pub struct SignIn {
    pub(super) asked: Asked,
    pub(super) user: UserId,
    pub(super) expires_at: Timestamp,
    /// When the socket is looked at if it comes to nothing.
    pub(super) otherwise_wake_at: Option<Instant>,
}

/// A socket that sends a message, with the ids that it gave.
#[derive(Debug)]
pub struct Send {
    pub(super) asked: Asked,
    pub(super) client_id: Option<String>,
    pub(super) conversation_id: Option<String>,
}

/// The state of a socket, from the hands of the socket server.
pub(super) fn socket(state: &mut dyn std::any::Any) -> &mut Socket {
    state.downcast_mut().expect("every socket of this server has this state")
}

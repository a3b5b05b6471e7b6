//! What an application implements.

use serde_json::value::RawValue;

use crate::{CloseReason, Cx, Event, Handle};

/// An application on the server. Its methods run on the shard that owns the socket, one after the other for each socket, and must
/// not block: what has to wait takes its [`Ack`](crate::Ack) along and answers with [`Server::batch`](crate::Server::batch).
///
/// A panic closes the socket for which it happened, and no other.
pub trait Handler: Send + Sync + 'static {
    /// The state of one socket. It lives in its slot.
    type Socket: Send + 'static;

    /// A client sent CONNECT, `auth` with it. It is answered when this returns; what is emitted in here reaches the client behind
    /// that answer.
    ///
    /// # Errors
    /// Refuses the client, who may send another CONNECT until the connect timeout is over.
    fn connect(&self, cx: &mut Cx<'_>, auth: Option<&RawValue>) -> Result<Self::Socket, ConnectError>;

    /// A client emitted an event.
    fn event(&self, cx: &mut Cx<'_>, socket: &mut Self::Socket, event: Event<'_>);

    /// The time set with [`Cx::wake_at`] came. It is unset again. Up to a second late, never early.
    fn woken(&self, cx: &mut Cx<'_>, socket: &mut Self::Socket) {
        let _ = (cx, socket);
    }

    /// A socket is gone. What is sent to its handle from now on goes nowhere.
    fn closed(&self, socket: Self::Socket, handle: Handle, reason: CloseReason);
}

/// Why a client may not connect: the client's `connect_error`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConnectError {
    /// The error's `message`.
    pub message: String,
    /// The error's `data`.
    pub data: Option<serde_json::Value>,
}

//! One Engine.IO session, and the Socket.IO connection on it.

use std::net::SocketAddr;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::rooms::Membership;
use crate::handle::{Handle, Secret, Sid};

/// A time that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Vacant,
    /// The client has not sent CONNECT, or has disconnected again.
    Opened,
    Connected,
    /// Closed by us: a polling client may still fetch what was queued.
    Draining,
}

pub(crate) enum Transport {
    None,
    WebSocket(u32),
    Polling(Box<Polling>),
}

/// A session whose client asks for packets and posts its own.
pub(crate) struct Polling {
    /// Packets for the client, each followed by the separator.
    pub(crate) queue: Vec<u8>,
    pub(crate) poll: Option<oneshot::Sender<Answer>>,
    /// A body that is not handled to its end, from its offset on: its socket is paused.
    pub(crate) post: Option<(Bytes, usize, oneshot::Sender<Answer>)>,
    /// The connection that wants to take over.
    pub(crate) probe: Option<u32>,
    /// When a poll was last answered, or the session opened.
    pub(crate) polled_at: u64,
}

/// What a polling request is answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// `ok`, to a POST.
    Taken,
    Packets(Vec<u8>),
    UnknownSession,
    BadRequest,
}

pub(crate) struct Session {
    pub(crate) phase: Phase,
    pub(crate) transport: Transport,
    /// Of the slot: goes up with every socket that was connected here and every session.
    pub(crate) generation: u32,
    /// The generation at which the session opened: part of its id.
    pub(crate) opened_as: u32,
    pub(crate) secret: Secret,
    pub(crate) rooms: Vec<Membership>,
    /// The fan-out that reached it last, so that one over several rooms reaches it once.
    pub(crate) stamp: u32,
    /// Acks taken and not answered.
    pub(crate) unanswered: u32,
    pub(crate) paused: bool,
    pub(crate) awaits_pong: bool,
    pub(crate) asked_to_close: Option<&'static str>,
    pub(crate) opened_at: u64,
    /// When the next ping is due, or the answer to the last.
    pub(crate) beat_at: u64,
    /// When CONNECT is due, while it is not connected; when to give up on it, while it drains.
    pub(crate) deadline: u64,
    pub(crate) wake_at: u64,
    pub(crate) peer: SocketAddr,
}

impl Session {
    pub(crate) fn vacant(peer: SocketAddr) -> Self {
        Self {
            phase: Phase::Vacant,
            transport: Transport::None,
            generation: 0,
            opened_as: 0,
            secret: Secret::default(),
            rooms: Vec::new(),
            stamp: 0,
            unanswered: 0,
            paused: false,
            awaits_pong: false,
            asked_to_close: None,
            opened_at: 0,
            beat_at: NEVER,
            deadline: NEVER,
            wake_at: NEVER,
            peer,
        }
    }

    pub(crate) fn handle(&self, shard: u8, slot: u32) -> Handle {
        Handle::new(shard, slot, self.generation)
    }

    pub(crate) fn sid(&self, shard: u8, slot: u32) -> Sid {
        Sid { shard, slot, generation: self.opened_as, secret: self.secret }
    }

    pub(crate) fn polling(&mut self) -> Option<&mut Polling> {
        match &mut self.transport {
            Transport::Polling(polling) => Some(polling),
            _ => None,
        }
    }

    pub(crate) fn conn(&self) -> Option<u32> {
        match self.transport {
            Transport::WebSocket(conn) => Some(conn),
            _ => None,
        }
    }
}

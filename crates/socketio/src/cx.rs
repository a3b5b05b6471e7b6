//! What a handler may do with its own socket.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::core::shard::Shard;
use crate::handle::{Ack, Handle};
use crate::wire::encode;

/// The socket that a handler is called for. What others should get goes through [`Server::batch`](crate::Server::batch).
pub struct Cx<'a> {
    pub(crate) shard: &'a mut Shard,
    pub(crate) slot: u32,
}

impl Cx<'_> {
    /// Names the socket.
    pub fn handle(&self) -> Handle {
        self.shard.handle(self.slot)
    }

    /// Sends it an event. A payload that has no JSON is an error of the program: it is logged and nothing is sent.
    pub fn emit(&mut self, event: &str, payload: &(impl Serialize + ?Sized)) {
        match encode::event(&mut self.shard.links.outbox.own, event, payload) {
            Ok(frame) => self.shard.send_own(self.slot, frame),
            Err(error) => tracing::error!(event, %error, "The payload of an event has no JSON"),
        }
    }

    /// Answers one of its events. A payload that has no JSON is an error of the program: it is logged, and the answer has no
    /// arguments. An ack of another socket is logged and goes nowhere: answer it with [`Batch::ack`](crate::Batch::ack).
    pub fn ack(&mut self, ack: Ack, payload: &(impl Serialize + ?Sized)) {
        if ack.handle() != self.handle() {
            tracing::error!("An acknowledgement was answered through the context of another socket");
            return;
        }
        let own = &mut self.shard.links.outbox.own;
        let frame = encode::ack(own, ack.id(), payload).unwrap_or_else(|error| {
            tracing::error!(%error, "The payload of an acknowledgement has no JSON");
            encode::empty_ack(own, ack.id())
        });
        self.shard.answered(self.slot);
        self.shard.send_own(self.slot, frame);
    }

    /// Puts it into a room; once is enough.
    pub fn join(&mut self, room: &str) {
        self.shard.join(self.slot, room);
    }

    /// Takes it out of a room, and says whether it was in.
    pub fn leave(&mut self, room: &str) -> bool {
        self.shard.leave(self.slot, room)
    }

    /// Whether it is in a room.
    pub fn in_room(&self, room: &str) -> bool {
        self.shard.in_room(self.slot, room)
    }

    /// Stops its events after this one, until [`Batch::resume`](crate::Batch::resume). What the client sends meanwhile waits in TCP.
    pub fn pause(&mut self) {
        self.shard.session_mut(self.slot).paused = true;
    }

    /// Sets or unsets the time at which [`Handler::woken`](crate::Handler::woken) is called.
    pub fn wake_at(&mut self, at: Option<Instant>) {
        self.shard.wake_at(self.slot, at);
    }

    /// Closes it once everything sent to it is out; no further event of it is handled. The client comes back by itself.
    pub fn close(&mut self, reason: &'static str) {
        self.shard.session_mut(self.slot).asked_to_close.get_or_insert(reason);
    }

    /// When its Engine.IO session was opened.
    pub fn opened_at(&self) -> Instant {
        self.shard.instant(self.shard.session(self.slot).opened_at)
    }

    /// How long ago that was.
    pub fn since_handshake(&self) -> Duration {
        self.now().saturating_duration_since(self.opened_at())
    }

    /// The time of this turn of the shard.
    pub fn now(&self) -> Instant {
        self.shard.now_instant()
    }

    /// The address its Engine.IO session was opened from.
    pub fn peer_addr(&self) -> SocketAddr {
        self.shard.session(self.slot).peer
    }
}

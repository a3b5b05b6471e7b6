//! Packets of a client, whatever brought them, and the application's answer to them.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::value::RawValue;

use super::Core;
use super::session::Phase;
use crate::handle::Ack;
use crate::handler::{ConnectError, Handler};
use crate::reason::CloseReason;
use crate::wire::packet::{Engine, Kind, Packet};
use crate::{Cx, Event};

impl<H: Handler> Core<H> {
    /// Handles one Engine.IO packet of a session. An error is why the session has to close; the caller closes it.
    pub(super) fn packet(&mut self, slot: u32, text: &str) -> Result<(), CloseReason> {
        match Engine::parse(text).map_err(|_| CloseReason::ParseError)? {
            Engine::Close => Err(CloseReason::ClientDisconnect),
            Engine::Pong => {
                self.pong(slot);
                Ok(())
            }
            Engine::Message(text) => self.message(slot, text),
            Engine::Noop => Ok(()),
            Engine::Ping(_) | Engine::Upgrade => Err(CloseReason::ProtocolError),
        }
    }

    fn pong(&mut self, slot: u32) {
        let next = self.shard.after(self.shard.config.ping_interval);
        let session = self.shard.session_mut(slot);
        if std::mem::take(&mut session.awaits_pong) {
            session.beat_at = next;
        }
    }

    fn message(&mut self, slot: u32, text: &str) -> Result<(), CloseReason> {
        let packet = Packet::parse(text).map_err(|_| CloseReason::ParseError)?;
        if packet.namespace != "/" {
            return self.foreign_namespace(slot, &packet);
        }
        match (self.shard.session(slot).phase, packet.kind) {
            (Phase::Opened, Kind::Connect(auth)) => self.connect(slot, auth),
            (Phase::Connected, Kind::Event { id, name, args }) => self.event(slot, id, &name, &args),
            (Phase::Connected, Kind::Disconnect) => {
                self.shard.disconnect(slot, CloseReason::ClientDisconnect);
                Ok(())
            }
            (Phase::Connected, Kind::Ack) => Ok(()),
            _ => Err(CloseReason::ProtocolError),
        }
    }

    fn foreign_namespace(&mut self, slot: u32, packet: &Packet<'_>) -> Result<(), CloseReason> {
        match packet.kind {
            Kind::Connect(_) => {
                self.shard.send_text(slot, &format!(r#"44{},{{"message":"Invalid namespace"}}"#, packet.namespace));
                Ok(())
            }
            _ => Err(CloseReason::ProtocolError),
        }
    }

    /// Asks the application, then answers; what the application sent meanwhile is behind the answer.
    fn connect(&mut self, slot: u32, auth: Option<&RawValue>) -> Result<(), CloseReason> {
        let mark = self.mark(slot);
        let sid = self.shard.socket_id();
        self.shard.send_text(slot, &format!(r#"40{{"sid":"{sid}"}}"#));
        self.shard.session_mut(slot).phase = Phase::Connected;
        let (handler, shard) = (&self.handler, &mut self.shard);
        let answer = catch_unwind(AssertUnwindSafe(|| handler.connect(&mut Cx { shard, slot }, auth)));
        match answer {
            Ok(Ok(state)) => {
                self.connected(slot, state);
                self.after_handler(slot, Ok(()))
            }
            Ok(Err(error)) => {
                self.refuse(slot, &mark, &error);
                Ok(())
            }
            Err(panic) => {
                let deadline = self.shard.session(slot).deadline;
                self.take_back(slot, &mark, deadline);
                self.after_handler(slot, Err(panic))
            }
        }
    }

    fn connected(&mut self, slot: u32, state: H::Socket) {
        let index = slot as usize;
        if self.states.len() <= index {
            self.states.resize_with(index + 1, || None);
        }
        self.states[index] = Some(state);
        self.shard.stats.sockets += 1;
        self.shard.stats.connects += 1;
    }

    /// The client may try again for as long as it had from the beginning.
    fn refuse(&mut self, slot: u32, mark: &super::upgrade::SendMark, error: &ConnectError) {
        let deadline = self.shard.session(slot).deadline;
        self.take_back(slot, mark, deadline);
        let mut answer = serde_json::json!({ "message": error.message });
        if let Some(data) = &error.data {
            answer["data"] = data.clone();
        }
        self.shard.send_text(slot, &format!("44{answer}"));
    }

    fn take_back(&mut self, slot: u32, mark: &super::upgrade::SendMark, deadline: u64) {
        self.rewind(slot, mark);
        self.shard.reset(slot, CloseReason::ProtocolError);
        self.shard.session_mut(slot).deadline = deadline;
    }

    fn event(&mut self, slot: u32, id: Option<u64>, name: &str, args: &[&RawValue]) -> Result<(), CloseReason> {
        self.shard.stats.events += 1;
        let handle = self.shard.handle(slot);
        if id.is_some() {
            self.shard.asked(slot);
        }
        let taken = Cell::new(false);
        let event = Event { name, args, ack: id.map(|id| Ack::new(handle, id)), taken: &taken };
        let Some(state) = self.states.get_mut(slot as usize).and_then(Option::as_mut) else { return Ok(()) };
        let (handler, shard) = (&self.handler, &mut self.shard);
        let done = catch_unwind(AssertUnwindSafe(|| handler.event(&mut Cx { shard, slot }, state, event)));
        if id.is_some() && !taken.get() {
            self.shard.answered(slot);
        }
        self.after_handler(slot, done)
    }

    /// Wakes a socket whose time has come.
    pub(super) fn wake(&mut self, slot: u32) {
        let Some(state) = self.states.get_mut(slot as usize).and_then(Option::as_mut) else { return };
        let (handler, shard) = (&self.handler, &mut self.shard);
        let done = catch_unwind(AssertUnwindSafe(|| handler.woken(&mut Cx { shard, slot }, state)));
        if let Err(reason) = self.after_handler(slot, done) {
            self.shard.close(slot, reason);
            self.reap();
        }
    }

    /// Whether the socket has to close after its handler ran.
    pub(super) fn after_handler(&mut self, slot: u32, done: std::thread::Result<()>) -> Result<(), CloseReason> {
        if done.is_err() {
            tracing::error!("A handler panicked; its socket is closed");
            return Err(CloseReason::HandlerPanic);
        }
        self.shard.session_mut(slot).asked_to_close.take().map_or(Ok(()), |reason| Err(CloseReason::Server(reason)))
    }
}

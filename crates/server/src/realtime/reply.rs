//! Answers: the acknowledgement, and the event for clients that know only events.

use protocol::{ErrorBody, ServerEvent, ack};
use serde::Serialize;
use socketio::{Ack, Batch, Cx, Handle};

/// Who asked, and for what.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) socket: Handle,
    pub(super) ack: Option<Ack>,
    /// The name of the event, as the client wrote it.
    pub(super) event: Box<str>,
}

/// A way to a socket: on its own thread, or in a batch from anywhere.
pub(super) trait Out {
    /// Sends a socket an event.
    fn event(&mut self, to: Handle, event: &ServerEvent);
    /// Answers an event.
    fn acknowledge(&mut self, ack: Ack, payload: &impl Serialize);
}

/// The context is that of the socket that asked.
impl Out for Cx<'_> {
    fn event(&mut self, _: Handle, event: &ServerEvent) {
        self.emit(event.name(), event);
    }

    fn acknowledge(&mut self, ack: Ack, payload: &impl Serialize) {
        self.ack(ack, payload);
    }
}

impl Out for Batch {
    fn event(&mut self, to: Handle, event: &ServerEvent) {
        self.emit_to(to, event.name(), event);
    }

    fn acknowledge(&mut self, ack: Ack, payload: &impl Serialize) {
        self.ack(ack, payload);
    }
}

impl Asked {
    /// It is done: answers with the result.
    pub(super) fn done(self, out: &mut impl Out, result: impl Serialize) {
        if let Some(ack) = self.ack {
            out.acknowledge(ack, &ack::Ack(Ok(result)));
        }
    }

    /// It is done: tells the socket by an event, and answers with the same.
    pub(super) fn done_with(self, out: &mut impl Out, event: &ServerEvent) {
        out.event(self.socket, event);
        self.done(out, event);
    }

    /// It is refused: tells the socket by the event that belongs to the command, and answers.
    pub(super) fn refused(self, out: &mut impl Out, error: ErrorBody) {
        let event = ServerEvent::refused(&self.event, &error);
        self.refused_with(out, error, &event);
    }

    /// It is refused: tells the socket by this event, and answers.
    pub(super) fn refused_with(self, out: &mut impl Out, error: ErrorBody, event: &ServerEvent) {
        out.event(self.socket, event);
        if let Some(ack) = self.ack {
            out.acknowledge(ack, &ack::Ack(Err::<(), _>(error)));
        }
    }
}

//! What a client emitted.

use std::cell::Cell;

use serde_json::value::RawValue;

use crate::handle::Ack;

/// An event of a client. It borrows from the read buffer.
pub struct Event<'a> {
    pub(crate) name: &'a str,
    pub(crate) args: &'a [&'a RawValue],
    pub(crate) ack: Option<Ack>,
    pub(crate) taken: &'a Cell<bool>,
}

impl<'a> Event<'a> {
    /// Its name.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Its arguments, as the client wrote them: well-formed JSON, but unbounded in depth.
    pub fn args(&self) -> &'a [&'a RawValue] {
        self.args
    }

    /// Its first argument.
    pub fn first(&self) -> Option<&'a RawValue> {
        self.args.first().copied()
    }

    /// The right to answer it, if the client asked for an answer and nobody took it yet.
    pub fn take_ack(&mut self) -> Option<Ack> {
        let ack = self.ack.take();
        self.taken.set(self.taken.get() || ack.is_some());
        ack
    }
}

impl std::fmt::Debug for Event<'_> {
    /// Without the arguments, which don't belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.name)
            .field("args", &self.args.len())
            .field("ack", &self.ack)
            .finish()
    }
}

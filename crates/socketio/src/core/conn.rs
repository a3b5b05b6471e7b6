//! One TCP connection as the core sees it.

use std::net::SocketAddr;

use super::outbox::Pending;

/// What a connection is for at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody's.
    Vacant,
    /// The head of its first request is not all there.
    Head { deadline: u64 },
    /// It carries this session.
    Carries(u32),
    /// It wants to become this session's transport.
    Probes { session: u32, generation: u32, pinged: bool, deadline: u64 },
    /// It gets its last bytes; what it sends is not read any more.
    Closing { deadline: u64 },
}

/// The pieces of a message in several frames.
pub(crate) struct Fragments {
    pub(crate) opcode: u8,
    pub(crate) data: Vec<u8>,
}

pub(crate) struct Conn {
    pub(crate) state: State,
    pub(crate) peer: SocketAddr,
    /// Bytes read that are not handled: a part of a frame, or what came behind a pause.
    pub(crate) input: Vec<u8>,
    pub(crate) fragments: Option<Box<Fragments>>,
    /// The turn's output.
    pub(crate) pending: Pending,
    /// What the kernel did not take, from `unsent_from` on.
    pub(crate) unsent: Vec<u8>,
    pub(crate) unsent_from: usize,
    /// The kernel may have bytes for us.
    pub(crate) readable: bool,
    /// The kernel has said that an end, or an error, comes behind them.
    pub(crate) ends: bool,
    /// The kernel takes no bytes until it says so.
    pub(crate) blocked: bool,
    /// It stands in the queue of those to read from ...
    pub(crate) queued: bool,
    /// ... and of those to write to.
    pub(crate) dirty: bool,
    /// Our side of it is shut.
    pub(crate) finished: bool,
}

impl Conn {
    pub(crate) fn new(peer: SocketAddr, state: State) -> Self {
        Self {
            state,
            peer,
            input: Vec::new(),
            fragments: None,
            pending: Pending::default(),
            unsent: Vec::new(),
            unsent_from: 0,
            readable: false,
            ends: false,
            blocked: false,
            queued: false,
            dirty: false,
            finished: false,
        }
    }

    pub(crate) fn unsent_len(&self) -> usize {
        self.unsent.len() - self.unsent_from
    }

    /// The kernel took the next `taken` unsent bytes.
    pub(crate) fn sent(&mut self, taken: usize) {
        self.unsent_from += taken;
        if self.unsent_from == self.unsent.len() {
            self.unsent = Vec::new();
            self.unsent_from = 0;
        } else if self.unsent_from > self.unsent.len() / 2 {
            self.unsent.drain(..self.unsent_from);
            self.unsent_from = 0;
        }
    }
}

//! The connections of a shard and what is to be written to them.

use std::collections::VecDeque;
use std::ops::Range;

use super::conn::{Conn, State};
use super::outbox::{OWN, Outbox};
use super::session::{Session, Transport};
use crate::wire::frame;

/// Ends a packet in a polling body. JSON has no such byte.
pub(crate) const SEPARATOR: u8 = 0x1E;

/// What the driver has to do with a connection besides writing to it.
pub(crate) enum Effect {
    /// Our side is done: tell the peer, and go on reading until it is done too.
    Finish(u32),
    /// Close it; at once and with a reset if `abort`.
    Drop { conn: u32, abort: bool },
    /// It is a WebSocket now: let the system hold little of its output.
    Bound(u32),
    /// It is none of ours: give it away with the bytes read.
    HandOff(u32, Vec<u8>),
    /// It belongs to a session of another shard.
    Transfer { conn: u32, shard: u8, input: Vec<u8> },
}

#[derive(Default)]
pub(crate) struct Links {
    pub(crate) conns: Vec<Conn>,
    free: Vec<u32>,
    pub(crate) outbox: Outbox,
    /// To be read from.
    pub(crate) ready: VecDeque<u32>,
    /// To be written to.
    pub(crate) dirty: Vec<u32>,
    /// Sessions whose poll may have to be answered.
    pub(crate) polls: Vec<u32>,
    pub(crate) effects: Vec<Effect>,
    /// Packets that were sent, one for each socket that gets it.
    pub(crate) frames_out: u64,
}

impl Links {
    pub(crate) fn open(&mut self, conn: Conn) -> u32 {
        match self.free.pop() {
            Some(free) => {
                self.conns[free as usize] = conn;
                free
            }
            None => {
                self.conns.push(conn);
                self.conns.len() as u32 - 1
            }
        }
    }

    /// Makes the number of a connection that the driver has let go free for another.
    pub(crate) fn release(&mut self, conn: u32) {
        self.free.push(conn);
    }

    pub(crate) fn conn(&mut self, conn: u32) -> &mut Conn {
        &mut self.conns[conn as usize]
    }

    /// How many connections there are.
    pub(crate) fn open_count(&self) -> usize {
        self.conns.len() - self.free.len()
    }

    /// Sends one packet, a whole frame, to one session: to its connection, or into the queue of its polls.
    pub(crate) fn deliver(&mut self, session: &mut Session, slot: u32, source: u32, frame: Range<usize>) {
        match &mut session.transport {
            Transport::WebSocket(conn) => {
                let conn = *conn;
                self.write(conn, source, frame);
            }
            Transport::Polling(polling) => {
                let bytes = self.outbox.bytes(source, frame);
                polling.queue.extend_from_slice(&bytes[frame::header_size(bytes)..]);
                polling.queue.push(SEPARATOR);
                self.polls.push(slot);
            }
            Transport::None => return,
        }
        self.frames_out += 1;
    }

    /// Adds bytes to what a connection has to write.
    pub(crate) fn write(&mut self, conn: u32, source: u32, range: Range<usize>) {
        let link = &mut self.conns[conn as usize];
        self.outbox.push(&mut link.pending, source, range);
        if !link.dirty {
            link.dirty = true;
            self.dirty.push(conn);
        }
    }

    /// Adds bytes that `put` makes.
    pub(crate) fn write_own(&mut self, conn: u32, put: impl FnOnce(&mut Vec<u8>)) {
        let start = self.outbox.own.len();
        put(&mut self.outbox.own);
        self.write(conn, OWN, start..self.outbox.own.len());
    }

    /// Puts a connection into the queue of those to read from.
    pub(crate) fn queue(&mut self, conn: u32) {
        let link = &mut self.conns[conn as usize];
        if !link.queued {
            link.queued = true;
            self.ready.push_back(conn);
        }
    }

    /// Ends a connection that gets nothing more.
    pub(crate) fn drop(&mut self, conn: u32, abort: bool) {
        self.vacate(conn);
        self.effects.push(Effect::Drop { conn, abort });
    }

    /// Ends a connection once everything written to it is out.
    pub(crate) fn finish(&mut self, conn: u32, deadline: u64) {
        let link = &mut self.conns[conn as usize];
        link.state = State::Closing { deadline };
        link.input = Vec::new();
        link.fragments = None;
        if !link.dirty {
            link.dirty = true;
            self.dirty.push(conn);
        }
        // What it still sends is read and thrown away.
        self.queue(conn);
    }

    /// Gives a connection away.
    pub(crate) fn give_away(&mut self, conn: u32, effect: Effect) {
        self.vacate(conn);
        self.effects.push(effect);
    }

    fn vacate(&mut self, conn: u32) {
        let link = &mut self.conns[conn as usize];
        link.state = State::Vacant;
        link.pending = Default::default();
        link.input = Vec::new();
        link.unsent = Vec::new();
        link.unsent_from = 0;
        link.fragments = None;
    }
}

//! The end of a turn: each connection that has something to say gets one write.

use std::io::{self, ErrorKind};

use super::conn::State;
use super::links::Effect;
use super::shard::Shard;
use crate::reason::CloseReason;

/// What a driver does for a shard. Connections are known by the numbers that the core gave them.
pub(crate) trait Io {
    /// Reads what there is without waiting; nothing is the end.
    fn read(&mut self, conn: u32, buf: &mut [u8]) -> io::Result<usize>;
    /// Writes what the kernel takes without waiting.
    fn write(&mut self, conn: u32, bytes: &[u8]) -> io::Result<usize>;
    /// Tells the peer that nothing more comes.
    fn finish(&mut self, conn: u32);
    /// Bounds what the system holds of its output.
    fn bound(&mut self, conn: u32);
    /// Closes it, with a reset if `abort`.
    fn close(&mut self, conn: u32, abort: bool);
    /// Gives it to the HTTP server, with the bytes read.
    fn hand_off(&mut self, conn: u32, input: Vec<u8>);
    /// Gives it to another shard, with the bytes read.
    fn transfer(&mut self, conn: u32, shard: u8, input: Vec<u8>);
}

impl Shard {
    /// Writes everything and forgets the turn's frames.
    pub(crate) fn flush(&mut self, io: &mut impl Io) {
        self.answer_polls();
        let mut dirty = std::mem::take(&mut self.links.dirty);
        for &conn in &dirty {
            self.links.conn(conn).dirty = false;
            self.flush_conn(conn, io);
        }
        dirty.clear();
        // Closing one of them may have made others dirty: never, for what is closed here is told nothing.
        dirty.append(&mut self.links.dirty);
        self.links.dirty = dirty;
        self.run_effects(io);
        self.links.outbox.clear();
    }

    fn answer_polls(&mut self) {
        let mut polls = std::mem::take(&mut self.links.polls);
        for slot in polls.drain(..) {
            self.answer_poll(slot);
        }
        // Answering adds none.
        self.links.polls = polls;
    }

    fn flush_conn(&mut self, conn: u32, io: &mut impl Io) {
        if self.links.conn(conn).state == State::Vacant {
            return;
        }
        match self.write_out(conn, io) {
            Err(_) => return self.lost(conn),
            Ok(()) if self.links.conn(conn).unsent_len() > self.config.max_unsent => return self.too_slow(conn),
            Ok(()) => {}
        }
        let link = self.links.conn(conn);
        if matches!(link.state, State::Closing { .. }) && link.unsent_len() == 0 && !link.finished {
            link.finished = true;
            self.links.effects.push(Effect::Finish(conn));
        }
    }

    /// Writes what waited before, then what is new; keeps what the kernel does not take.
    fn write_out(&mut self, conn: u32, io: &mut impl Io) -> io::Result<()> {
        let link = &mut self.links.conns[conn as usize];
        let pending = std::mem::take(&mut link.pending);
        if link.unsent_len() > 0 {
            self.links.outbox.gather(pending, &mut link.unsent);
            if link.blocked {
                return Ok(());
            }
            let (taken, blocked) = write_all(io, conn, &link.unsent[link.unsent_from..], &mut self.stats.writes)?;
            self.stats.bytes_out += taken as u64;
            link.blocked = blocked;
            link.sent(taken);
            return Ok(());
        }
        if pending.is_empty() {
            return Ok(());
        }
        let bytes = self.links.outbox.gathered(pending);
        let (taken, blocked) = write_all(io, conn, bytes, &mut self.stats.writes)?;
        self.stats.bytes_out += taken as u64;
        link.blocked = blocked;
        link.unsent.extend_from_slice(&bytes[taken..]);
        Ok(())
    }

    fn too_slow(&mut self, conn: u32) {
        match self.links.conn(conn).state {
            State::Carries(slot) => self.close(slot, CloseReason::TooSlow),
            State::Probes { session, .. } => self.drop_probe(conn, session),
            _ => self.links.drop(conn, true),
        }
    }

    fn run_effects(&mut self, io: &mut impl Io) {
        for effect in std::mem::take(&mut self.links.effects) {
            match effect {
                Effect::Finish(conn) => io.finish(conn),
                Effect::Bound(conn) => io.bound(conn),
                Effect::Drop { conn, abort } => {
                    io.close(conn, abort);
                    self.links.release(conn);
                }
                Effect::HandOff(conn, input) => {
                    io.hand_off(conn, input);
                    self.links.release(conn);
                }
                Effect::Transfer { conn, shard, input } => {
                    io.transfer(conn, shard, input);
                    self.links.release(conn);
                }
            }
        }
    }
}

/// Writes until all is written or the kernel takes no more: only after it said so does it tell us when it does again.
fn write_all(io: &mut impl Io, conn: u32, bytes: &[u8], writes: &mut u64) -> io::Result<(usize, bool)> {
    let mut taken = 0;
    while taken < bytes.len() {
        *writes += 1;
        match io.write(conn, &bytes[taken..]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(n) => taken += n,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok((taken, true)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((taken, false))
}

//! The protocol, the rooms and the turns of one shard, without I/O: a driver brings the bytes, writes what comes out and says what
//! time it is. So a test plays every interleaving without a socket or a clock.

mod apply;
pub(crate) mod close;
mod conn;
mod flush;
mod input;
mod links;
mod outbox;
mod packets;
mod polling;
mod reading;
mod rooms;
mod session;
pub(crate) mod shard;
mod sweep;
#[cfg(test)]
mod tests;
mod upgrade;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::conn::State;
pub(crate) use self::flush::Io;
pub(crate) use self::session::Answer;
use self::shard::{Entropy, Shard};
use crate::config::{Config, HEAD_TIMEOUT, HOLD, HOLD_SOCKETS};
use crate::handler::Handler;
use crate::stats::Stats;

/// For how long after an event that wants an answer a flush may be held for that answer.
const HOLD_WINDOW: Duration = Duration::from_millis(5);

/// One shard: everything about the sockets it owns. A turn is [`begin`](Self::begin), then what happened, then
/// [`end`](Self::end).
pub(crate) struct Core<H: Handler> {
    handler: Arc<H>,
    shard: Shard,
    /// The application's state of each socket, by slot.
    states: Vec<Option<H::Socket>>,
    next_sweep: Instant,
    /// Since when the flush is held, and how many batches there had been.
    held: Option<(Instant, u64)>,
    batches: u64,
}

impl<H: Handler> Core<H> {
    pub(crate) fn new(id: u8, config: Arc<Config>, handler: Arc<H>, entropy: Entropy, now: Instant) -> Self {
        let next_sweep = now + config.sweep_every();
        Self {
            handler,
            shard: Shard::new(id, config, entropy, now),
            states: Vec::new(),
            next_sweep,
            held: None,
            batches: 0,
        }
    }

    /// Begins a turn.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.shard.set_now(now);
    }

    /// Takes a new connection and gives it a number.
    pub(crate) fn accept(&mut self, peer: SocketAddr) -> u32 {
        let deadline = self.shard.after(HEAD_TIMEOUT);
        self.shard.open_conn(peer, State::Head { deadline })
    }

    /// The kernel takes bytes for this connection again.
    pub(crate) fn writable(&mut self, conn: u32) {
        let link = self.shard.links.conn(conn);
        if std::mem::take(&mut link.blocked) && !link.dirty {
            link.dirty = true;
            self.shard.links.dirty.push(conn);
        }
    }

    /// When the next turn has to begin at the latest.
    pub(crate) fn timeout(&mut self, now: Instant) -> Duration {
        if !self.shard.links.ready.is_empty() {
            return Duration::ZERO;
        }
        let sweep = self.next_sweep.saturating_duration_since(now);
        self.hold(now).map_or(sweep, |hold| hold.min(sweep))
    }

    /// Ends a turn: deadlines, then everything is written, unless answers that are about to come should go along.
    pub(crate) fn end(&mut self, now: Instant, io: &mut impl Io) {
        self.go_on_posts();
        if now >= self.next_sweep {
            self.next_sweep = now + self.shard.config.sweep_every();
            self.sweep();
        }
        if self.hold(now).is_some() {
            return;
        }
        self.held = None;
        self.shard.flush(io);
        self.reap();
        self.shard.stats.connections = self.shard.links.open_count() as u64;
        self.shard.stats.frames_out = self.shard.links.frames_out;
    }

    pub(crate) fn stats(&mut self) -> &mut Stats {
        &mut self.shard.stats
    }

    /// For how long the flush should still wait: with many sockets to write to and events at the store, two half rounds become one.
    fn hold(&mut self, now: Instant) -> Option<Duration> {
        let fresh = self.shard.last_taken.is_some_and(|taken| now.saturating_duration_since(taken) < HOLD_WINDOW);
        if self.shard.links.dirty.len() < HOLD_SOCKETS
            || self.shard.stats.unanswered == 0
            || !fresh
            || self.shard.draining
        {
            return None;
        }
        let (since, batches) = *self.held.get_or_insert((now, self.batches));
        let rest = HOLD.checked_sub(now.saturating_duration_since(since)).filter(|rest| !rest.is_zero());
        rest.filter(|_| batches == self.batches)
    }

    /// Tells the application of the sockets that are gone, and frees their slots.
    fn reap(&mut self) {
        while let Some(ended) = self.shard.ended.pop() {
            let Some(state) = self.states.get_mut(ended.slot as usize).and_then(Option::take) else { continue };
            let handler = &self.handler;
            let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                handler.closed(state, ended.handle, ended.reason)
            }));
            if told.is_err() {
                tracing::error!(
                    reason = ended.reason.as_str(),
                    "The handler panicked while it was told that a socket closed"
                );
            }
        }
        let shard = &mut self.shard;
        shard.free.append(&mut shard.vacated);
    }

    /// Closes everything, each client as gently as its transport allows.
    pub(crate) fn drain(&mut self) {
        self.shard.draining = true;
        for slot in 0..self.shard.sessions.len() as u32 {
            self.shard.close(slot, crate::CloseReason::Shutdown);
        }
        self.reap();
    }

    /// Drops the connections that have not said yet what they are.
    pub(crate) fn drop_heads(&mut self) {
        for conn in 0..self.shard.links.conns.len() as u32 {
            if matches!(self.shard.links.conn(conn).state, State::Head { .. }) {
                self.shard.links.drop(conn, false);
            }
        }
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.shard.links.open_count() == 0 && self.shard.stats.sessions == 0
    }
}

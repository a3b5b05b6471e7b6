//! Gauges and counters.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What a server holds now and did so far, over all shards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// TCP connections of the shards now, also those that have not said what they want.
    pub connections: u64,
    /// Engine.IO sessions now.
    pub sessions: u64,
    /// Connected Socket.IO sockets now.
    pub sockets: u64,
    /// Events that wait for their acknowledgement now.
    pub unanswered: u64,
    /// Connections that a shard took in; one that HTTP hands back for a WebSocket counts again.
    pub accepted: u64,
    /// Sockets connected.
    pub connects: u64,
    /// Sockets closed, and sessions that had none, by [`CloseReason::as_str`](crate::CloseReason::as_str).
    pub closed: Vec<(&'static str, u64)>,
    /// Events received.
    pub events: u64,
    /// Packets sent, one for each socket that got it.
    pub frames_out: u64,
    /// Bytes read by the shards.
    pub bytes_in: u64,
    /// Bytes written by the shards.
    pub bytes_out: u64,
    /// Writes that took them.
    pub writes: u64,
    /// Turns of the shards' loops.
    pub turns: u64,
    /// Turns of more than 5 ms: a handler blocked, or there was very much to do.
    pub slow_turns: u64,
    /// The longest turn.
    pub longest_turn: Duration,
}

impl Stats {
    pub(crate) fn closed(&mut self, reason: &'static str, times: u64) {
        match self.closed.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += times,
            None => self.closed.push((reason, times)),
        }
    }

    fn add(&mut self, other: &Self) {
        self.connections += other.connections;
        self.sessions += other.sessions;
        self.sockets += other.sockets;
        self.unanswered += other.unanswered;
        self.accepted += other.accepted;
        self.connects += other.connects;
        self.events += other.events;
        self.frames_out += other.frames_out;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.writes += other.writes;
        self.turns += other.turns;
        self.slow_turns += other.slow_turns;
        self.longest_turn = self.longest_turn.max(other.longest_turn);
        for &(reason, times) in &other.closed {
            self.closed(reason, times);
        }
    }
}

/// Where a shard leaves its figures, once a turn.
#[derive(Default)]
pub(crate) struct Board(Mutex<Stats>);

impl Board {
    pub(crate) fn post(&self, stats: &Stats) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone_from(stats);
    }

    pub(crate) fn total<'a>(boards: impl Iterator<Item = &'a Self>) -> Stats {
        let mut total = Stats::default();
        for board in boards {
            total.add(&board.0.lock().unwrap_or_else(PoisonError::into_inner));
        }
        total
    }
}

//! The counts of a run: what was sent, what came, what was wrong; and the latencies while it is measured.

use crate::sequence::Seen;
use crate::stats::Histogram;

/// So many faults are kept as sentences; the rest are counted.
const KEPT: usize = 5;

/// Counts over the whole run, and those of the measured time apart.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) sent: u64,
    pub(crate) acked: u64,
    pub(crate) delivered: u64,
    pub(crate) reordered: u64,
    pub(crate) duplicated: u64,
    pub(crate) faults: u64,
    /// The first few faults.
    pub(crate) sentences: Vec<String>,
    /// Present while measuring and after.
    pub(crate) measured: Option<Measured>,
    /// Deliveries that are still to come.
    expected: u64,
    measuring: bool,
}

/// What is counted in the measured time only.
pub(crate) struct Measured {
    pub(crate) acked: u64,
    pub(crate) delivered: u64,
    /// Packets of any other kind.
    pub(crate) other: u64,
    pub(crate) delivery: Histogram,
    pub(crate) ack: Histogram,
}

impl Tally {
    pub(crate) fn start_measuring(&mut self) {
        self.measuring = true;
        self.measured =
            Some(Measured { acked: 0, delivered: 0, other: 0, delivery: Histogram::new(), ack: Histogram::new() });
    }

    pub(crate) fn stop_measuring(&mut self) {
        self.measuring = false;
    }

    fn now_measured(&mut self) -> Option<&mut Measured> {
        self.measured.as_mut().filter(|_| self.measuring)
    }

    /// A message left that so many sockets should get.
    pub(crate) fn sent(&mut self, recipients: u64) {
        self.sent += 1;
        self.expected += recipients;
    }

    pub(crate) fn acked(&mut self, latency: u64) {
        self.acked += 1;
        if let Some(measured) = self.now_measured() {
            measured.acked += 1;
            measured.ack.record(latency);
        }
    }

    pub(crate) fn overtaken_ack(&mut self, latency: u64) {
        self.reordered += 1;
        self.acked(latency);
    }

    /// A `new_message` of ours came.
    pub(crate) fn delivered(&mut self, seen: Seen, latency: u64) {
        match seen {
            Seen::Again => return self.duplicated += 1,
            Seen::Late => self.reordered += 1,
            Seen::Next | Seen::Jump => {}
        }
        self.delivered += 1;
        if let Some(measured) = self.now_measured() {
            measured.delivered += 1;
            measured.delivery.record(latency);
        }
    }

    /// An account's `seq` moved.
    pub(crate) fn step(&mut self, seen: Seen) {
        match seen {
            Seen::Late => self.reordered += 1,
            Seen::Again => self.duplicated += 1,
            Seen::Next | Seen::Jump => {}
        }
    }

    /// A packet came that no load asks for.
    pub(crate) fn other(&mut self) {
        if let Some(measured) = self.now_measured() {
            measured.other += 1;
        }
    }

    pub(crate) fn refused(&mut self, socket: usize, why: &[u8]) {
        self.fault(format!("socket {socket}: refused: {}", String::from_utf8_lossy(why)));
    }

    pub(crate) fn fault(&mut self, sentence: String) {
        self.faults += 1;
        if self.sentences.len() < KEPT {
            self.sentences.push(sentence);
        }
    }

    /// Sends that no acknowledgement came for.
    pub(crate) fn hung(&self) -> u64 {
        self.sent - self.acked.min(self.sent)
    }

    /// Whether all that was sent is acknowledged and delivered.
    pub(crate) fn settled(&self) -> bool {
        self.hung() == 0 && self.delivered >= self.expected
    }
}

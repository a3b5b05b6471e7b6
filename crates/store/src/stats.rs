//! What the writer counts, for the metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What the writer has done since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Transactions that were committed.
    pub commits: u64,
    /// Writes that were answered, refused ones and snapshots too.
    pub writes: u64,
    /// Writes that were refused.
    pub refused: u64,
    /// Batches that fell as a whole because the database could not be written.
    pub failed_batches: u64,
    /// How many writes the last batch had.
    pub last_batch: u64,
    /// How many writes the largest batch had.
    pub largest_batch: u64,
    /// How many writes wait.
    pub queued: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    commits: AtomicU64,
    writes: AtomicU64,
    refused: AtomicU64,
    failed_batches: AtomicU64,
    last_batch: AtomicU64,
    largest_batch: AtomicU64,
}

impl Counters {
    /// A batch was committed, or answered without a transaction.
    pub(crate) fn batch(&self, size: usize, refused: usize, committed: bool) {
        let size = size as u64;
        self.commits.fetch_add(u64::from(committed), Relaxed);
        self.writes.fetch_add(size, Relaxed);
        self.refused.fetch_add(refused as u64, Relaxed);
        self.last_batch.store(size, Relaxed);
        self.largest_batch.fetch_max(size, Relaxed);
    }

    /// A batch fell; it was counted as all refused.
    pub(crate) fn failed(&self) {
        self.failed_batches.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self, queued: usize) -> Stats {
        Stats {
            commits: self.commits.load(Relaxed),
            writes: self.writes.load(Relaxed),
            refused: self.refused.load(Relaxed),
            failed_batches: self.failed_batches.load(Relaxed),
            last_batch: self.last_batch.load(Relaxed),
            largest_batch: self.largest_batch.load(Relaxed),
            queued: queued as u64,
        }
    }
}

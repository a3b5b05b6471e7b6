//! What all handles of a server share: the way to its shards.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::watch;

use crate::batch::Batch;
use crate::config::Config;
use crate::inbox::{Command, Inbox};
use crate::stats::{Board, Stats};

pub(crate) struct Hub {
    pub(crate) config: Arc<Config>,
    pub(crate) inboxes: Vec<Arc<Inbox>>,
    pub(crate) boards: Vec<Arc<Board>>,
    /// Held while a batch goes to all shards, so that they all get batches in the same order.
    publish: Mutex<()>,
    next: AtomicUsize,
    /// When the server has to be down, once it shuts down.
    pub(crate) stopping: watch::Sender<Option<Instant>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Hub {
    pub(crate) fn new(config: Arc<Config>, inboxes: Vec<Arc<Inbox>>, boards: Vec<Arc<Board>>) -> Self {
        Self {
            config,
            inboxes,
            boards,
            publish: Mutex::new(()),
            next: AtomicUsize::new(0),
            stopping: watch::Sender::new(None),
            threads: Mutex::default(),
        }
    }

    pub(crate) fn publish(&self, batch: Batch) {
        if batch.is_empty() {
            return;
        }
        let batch = Arc::new(batch);
        let _order = self.publish.lock().unwrap_or_else(PoisonError::into_inner);
        for (shard, inbox) in self.inboxes.iter().enumerate() {
            if batch.concerns(shard) {
                inbox.push(Command::Batch(Arc::clone(&batch)));
            }
        }
    }

    /// A shard for something new, each in its turn.
    pub(crate) fn next_shard(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed) % self.inboxes.len()
    }

    /// The shard of a session, if there is such a shard.
    pub(crate) fn shard(&self, shard: u8) -> Option<&Arc<Inbox>> {
        self.inboxes.get(usize::from(shard))
    }

    pub(crate) fn open_polling(&self, peer: SocketAddr, reply: tokio::sync::oneshot::Sender<crate::core::Answer>) {
        self.inboxes[self.next_shard()].push(Command::OpenPolling(peer, reply));
    }

    pub(crate) fn stats(&self) -> Stats {
        Board::total(self.boards.iter().map(|board| &**board))
    }

    pub(crate) fn keep(&self, thread: JoinHandle<()>) {
        self.threads().push(thread);
    }

    /// Tells everybody to come to an end.
    pub(crate) fn stop(&self, deadline: Instant) {
        self.stopping.send_replace(Some(deadline));
        for inbox in &self.inboxes {
            inbox.push(Command::Drain(deadline));
        }
    }

    /// Waits for the shards, which have been told to end. Blocks.
    pub(crate) fn join(&self) {
        for thread in std::mem::take(&mut *self.threads()) {
            if thread.join().is_err() {
                tracing::error!("A shard ended in a panic");
            }
        }
    }

    fn threads(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

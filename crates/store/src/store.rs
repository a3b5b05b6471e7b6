//! The store: a writer thread, readers, and the handle to both.

use crate::{
    Commit, OpenError, Options, Outcome, Refusal, Stats, Ticket, Write,
    lane::Lane,
    late::Late,
    open,
    read::pool::Pool,
    stats::Counters,
    write::{
        Database,
        writer::{self, Job, Publish, Shared},
    },
};
use domain::Clock;
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// A handle to the store; clones are handles to the same one. `T` is what the publisher needs to answer a caller.
///
/// Close it to be sure that everything was written and the threads have ended; if the last handle goes without that,
/// what is queued is still written, and the threads end by themselves.
pub struct Store<T: Send + 'static>(Arc<Inner<T>>);

impl<T: Send + 'static> Clone for Store<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Send + 'static> std::fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

struct Inner<T> {
    shared: Arc<Shared<T>>,
    readers: Pool,
    threads: Mutex<Option<Threads>>,
}

struct Threads {
    writer: JoinHandle<()>,
    readers: Vec<JoinHandle<()>>,
}

impl<T: Send + 'static> Store<T> {
    /// Opens the database, brings its schema up to date and starts the threads.
    ///
    /// `publish` gets every commit, on the writer's thread and in commit order. The writer waits for it, so it must be
    /// quick; it may submit writes. If it panics, that commit counts as published. A handle that it owns itself keeps
    /// the store in memory to the end of the process.
    pub fn open(
        options: Options,
        clock: Arc<dyn Clock>,
        publish: impl FnMut(Commit<T>) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let conn = open::writer(&options)?;
        let database =
            Database::new(conn, clock).map_err(|source| OpenError::Sqlite { path: options.path.clone(), source })?;
        let (readers, reader_threads) = Pool::start(&options)?;
        let shared = Arc::new(Shared { lane: Lane::new(), late: Late::new(), counters: Counters::default() });
        let writer = start_writer(&shared, database, Box::new(publish), options.max_batch)?;
        let threads = Mutex::new(Some(Threads { writer, readers: reader_threads }));
        tracing::info!(path = %options.path.display(), readers = options.readers, "The database is open.");
        Ok(Self(Arc::new(Inner { shared, readers, threads })))
    }

    /// Queues a write. Never blocks; writes are committed in the order submitted. After [`Self::close`] the ticket is
    /// answered `Unavailable`.
    pub fn submit(&self, write: Write, ticket: Ticket<T>) {
        if let Err(job) = self.0.shared.lane.push(Job { write, ticket }) {
            self.0.shared.late.refuse(job.ticket);
        }
    }

    /// Writes and waits until it is committed and published.
    pub async fn write(&self, write: Write) -> Result<Outcome, Refusal> {
        let (sender, receiver) = oneshot::channel();
        self.submit(write, Ticket::Wait(sender));
        receiver.await.unwrap_or_else(|_| Err(Refusal::Unavailable("it has stopped".to_owned())))
    }

    /// What the writer has done so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.shared.counters.read(self.0.shared.lane.len())
    }

    /// Takes no more writes, commits and publishes those that wait, and ends the threads. Returns once the file is
    /// whole and closed. Fine to call twice; must not be called by the publisher.
    pub async fn close(&self) {
        self.0.shared.lane.close();
        let threads = self.0.threads.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(threads) = threads else { return };
        let readers = self.0.readers.clone();
        let joined = tokio::task::spawn_blocking(move || {
            let writer = threads.writer.join();
            readers.close();
            threads.readers.into_iter().map(JoinHandle::join).fold(writer, Result::and)
        });
        match joined.await {
            Ok(Ok(())) => tracing::info!("The database is closed."),
            Ok(Err(_)) | Err(_) => tracing::error!("A thread of the store had ended by a panic."),
        }
    }

    pub(crate) fn readers(&self) -> &Pool {
        &self.0.readers
    }
}

fn start_writer<T: Send + 'static>(
    shared: &Arc<Shared<T>>,
    database: Database,
    publish: Publish<T>,
    max_batch: usize,
) -> Result<JoinHandle<()>, OpenError> {
    let shared = Arc::clone(shared);
    let work = move || writer::work(&shared, &database, publish, max_batch);
    std::thread::Builder::new().name("store-writer".to_owned()).spawn(work).map_err(OpenError::Thread)
}

impl<T> Drop for Inner<T> {
    fn drop(&mut self) {
        self.shared.lane.close();
        self.readers.close();
    }
}

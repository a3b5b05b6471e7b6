//! Threads that read, each with a connection of its own, so that a slow disk never holds up the runtime's threads.

use crate::{
    lane::Lane,
    open::{self, OpenError, Options},
    write::panic_text,
};
use rusqlite::Connection;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// The store can't be read now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store can't be read now: {0}")]
pub struct ReadError(pub String);

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The readers' queue.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Lane<Job>>);

impl Pool {
    /// Starts the readers. They end when the pool is closed.
    pub(crate) fn start(options: &Options) -> Result<(Self, Vec<JoinHandle<()>>), OpenError> {
        let pool = Self(Arc::new(Lane::new()));
        let threads = (0..options.readers.max(1)).map(|_| pool.start_reader(options)).collect::<Result<_, _>>();
        if threads.is_err() {
            pool.close();
        }
        Ok((pool, threads?))
    }

    fn start_reader(&self, options: &Options) -> Result<JoinHandle<()>, OpenError> {
        let conn = open::reader(options)?;
        let lane = Arc::clone(&self.0);
        let read = move || {
            while let Some(jobs) = lane.take(1) {
                jobs.into_iter().for_each(|job| job(&conn));
            }
        };
        std::thread::Builder::new().name("store-reader".to_owned()).spawn(read).map_err(OpenError::Thread)
    }

    /// Runs `read` on a reader, in one snapshot of the database.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, ReadError> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            // who no longer waits needs no answer
            let _ = sender.send(in_snapshot(conn, read));
        });
        self.0.push(job).map_err(|_| ReadError("it is closed".to_owned()))?;
        receiver.await.unwrap_or_else(|_| Err(ReadError("it was closed".to_owned())))
    }

    pub(crate) fn close(&self) {
        self.0.close();
    }
}

fn in_snapshot<R>(conn: &Connection, read: impl FnOnce(&Connection) -> rusqlite::Result<R>) -> Result<R, ReadError> {
    let read = || {
        let snapshot = conn.unchecked_transaction()?;
        let value = read(&snapshot)?;
        snapshot.commit()?;
        Ok(value)
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let text = panic_text(&*panic);
        tracing::error!(panic = text, "A read panicked.");
        Err(ReadError(format!("it panicked: {text}")))
    })
}

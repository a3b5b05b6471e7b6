//! The writer thread: takes what has queued up, commits it, publishes, answers.

use super::{Database, Write, panic_text};
use crate::{Commit, Done, Outcome, Refusal, Ticket, lane::Lane, late::Late, stats::Counters};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::oneshot;

/// What is called with every commit.
pub(crate) type Publish<T> = Box<dyn FnMut(Commit<T>) + Send>;

/// A write and whom to answer.
#[derive(Debug)]
pub(crate) struct Job<T> {
    pub(crate) write: Write,
    pub(crate) ticket: Ticket<T>,
}

/// What the writer shares with those who submit.
pub(crate) struct Shared<T> {
    pub(crate) lane: Lane<Job<T>>,
    pub(crate) late: Late<T>,
    pub(crate) counters: Counters,
}

type Waiting = Vec<(oneshot::Sender<Result<Outcome, Refusal>>, Result<Outcome, Refusal>)>;

/// Works until the lane is closed and empty.
pub(crate) fn work<T>(shared: &Arc<Shared<T>>, database: &Database, mut publish: Publish<T>, max_batch: usize) {
    let _guard = CloseOnExit(shared);
    while let Some(jobs) = shared.lane.take(max_batch) {
        let (writes, tickets): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.write, job.ticket)).unzip();
        let results = run(shared, database, &writes);
        answer(&mut publish, tickets, results);
    }
    if let Err(error) = database.checkpoint() {
        tracing::warn!(%error, "The database's log could not be moved into its file; the next start does it.");
    }
    shared.late.hand_over(publish);
}

/// Should the thread end by a panic, nobody must wait for it.
struct CloseOnExit<'a, T>(&'a Shared<T>);

impl<T> Drop for CloseOnExit<'_, T> {
    fn drop(&mut self) {
        self.0.lane.abandon();
    }
}

fn run<T>(shared: &Shared<T>, database: &Database, writes: &[Write]) -> Vec<Result<Outcome, Refusal>> {
    match database.run(writes) {
        Ok(results) => {
            let refused = results.iter().filter(|result| result.is_err()).count();
            shared.counters.batch(writes.len(), refused, !Database::looks_only(writes));
            log_broken(&results);
            results
        }
        Err(error) => {
            tracing::error!(%error, writes = writes.len(), "A batch of writes was refused, the database can't be written.");
            shared.counters.batch(writes.len(), writes.len(), false);
            shared.counters.failed();
            writes.iter().map(|_| Err(Refusal::Unavailable(error.to_string()))).collect()
        }
    }
}

fn log_broken(results: &[Result<Outcome, Refusal>]) {
    for refusal in results.iter().filter_map(|result| result.as_ref().err()) {
        if let Refusal::Broken(reason) = refusal {
            tracing::error!(reason, "A write was refused by the database, which is a bug.");
        }
    }
}

/// First the publisher, in order, then those who wait.
pub(crate) fn answer<T>(publish: &mut Publish<T>, tickets: Vec<Ticket<T>>, results: Vec<Result<Outcome, Refusal>>) {
    let mut waiting: Waiting = Vec::new();
    let mut done = Vec::with_capacity(results.len());
    for (ticket, result) in tickets.into_iter().zip(results) {
        let ticket = match ticket {
            Ticket::Nobody => None,
            Ticket::Caller(caller) => Some(caller),
            Ticket::Wait(sender) => {
                waiting.push((sender, result.clone()));
                None
            }
        };
        done.push(Done { ticket, result });
    }
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| publish(Commit { done }))) {
        tracing::error!(panic = panic_text(&*panic), "The publisher panicked; a commit may not have been told to all.");
    }
    for (sender, result) in waiting {
        // who no longer waits needs no answer
        let _ = sender.send(result);
    }
}

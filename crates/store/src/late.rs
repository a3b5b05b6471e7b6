//! Writes that come after the store was closed: they are refused, by the publisher if it holds their ticket.

use crate::{
    Refusal, Ticket,
    write::writer::{self, Publish},
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Answers those who come too late.
pub(crate) struct Late<T>(Mutex<State<T>>);

struct State<T> {
    /// The writer's, once it has ended; taken out while it is called.
    publish: Option<Publish<T>>,
    callers: Vec<T>,
}

impl<T> Late<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State { publish: None, callers: Vec::new() }))
    }

    /// The writer has published its last commit.
    pub(crate) fn hand_over(&self, publish: Publish<T>) {
        self.lock().publish = Some(publish);
        self.answer_callers();
    }

    /// Refuses a write: at once if somebody waits for it, else through the publisher when the writer has ended.
    pub(crate) fn refuse(&self, ticket: Ticket<T>) {
        match ticket {
            Ticket::Nobody => {}
            Ticket::Wait(sender) => {
                // who no longer waits needs no answer
                let _ = sender.send(Err(closed()));
            }
            Ticket::Caller(caller) => {
                self.lock().callers.push(caller);
                self.answer_callers();
            }
        }
    }

    /// Answers the callers, unless the publisher is still the writer's or is being called by another thread, which
    /// then answers these too. The lock is not held meanwhile: the publisher may submit.
    fn answer_callers(&self) {
        while let Some((mut publish, callers)) = self.take_callers() {
            let refusals = callers.iter().map(|_| Err(closed())).collect();
            writer::answer(&mut publish, callers.into_iter().map(Ticket::Caller).collect(), refusals);
            self.lock().publish = Some(publish);
        }
    }

    fn take_callers(&self) -> Option<(Publish<T>, Vec<T>)> {
        let mut state = self.lock();
        if state.callers.is_empty() {
            return None;
        }
        let publish = state.publish.take()?;
        Some((publish, std::mem::take(&mut state.callers)))
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> Refusal {
    Refusal::Unavailable("it is closed".to_owned())
}

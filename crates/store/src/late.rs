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
    tickets: Vec<Ticket<T>>,
}

impl<T> Late<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State { publish: None, tickets: Vec::new() }))
    }

    /// The writer has published its last commit.
    pub(crate) fn hand_over(&self, publish: Publish<T>) {
        self.lock().publish = Some(publish);
        self.answer();
    }

    /// Refuses a write, at once or when the writer has ended.
    pub(crate) fn refuse(&self, ticket: Ticket<T>) {
        self.lock().tickets.push(ticket);
        self.answer();
    }

    /// Answers what waits, unless the publisher is still the writer's or is being called by another thread, which
    /// then answers these too. The lock is not held meanwhile: the publisher may submit.
    fn answer(&self) {
        loop {
            let (mut publish, tickets) = {
                let mut state = self.lock();
                if state.tickets.is_empty() {
                    return;
                }
                let Some(publish) = state.publish.take() else { return };
                (publish, std::mem::take(&mut state.tickets))
            };
            let refusals = tickets.iter().map(|_| Err(Refusal::Unavailable("it is closed".to_owned()))).collect();
            writer::answer(&mut publish, tickets, refusals);
            self.lock().publish = Some(publish);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

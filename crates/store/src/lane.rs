//! What waits for a thread of ours: an unbounded queue that a thread empties, many items at a time.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// A queue for one kind of thread. Pushing never blocks.
#[derive(Debug)]
pub(crate) struct Lane<J> {
    state: Mutex<State<J>>,
    filled: Condvar,
}

#[derive(Debug)]
struct State<J> {
    waiting: VecDeque<J>,
    closed: bool,
}

impl<J> Lane<J> {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State { waiting: VecDeque::new(), closed: false }), filled: Condvar::new() }
    }

    /// Gives the item back if the lane is closed.
    pub(crate) fn push(&self, item: J) -> Result<(), J> {
        let mut state = self.lock();
        if state.closed {
            return Err(item);
        }
        state.waiting.push_back(item);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for work and takes up to `most` of it, in order. None: closed, and everything was taken.
    pub(crate) fn take(&self, most: usize) -> Option<Vec<J>> {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = state.waiting.len().min(most.max(1));
        Some(state.waiting.drain(..count).collect())
    }

    /// Takes nothing more. What waits is still handed out.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    /// Closes and gives back what waits, for when nobody is left to take it.
    pub(crate) fn abandon(&self) -> Vec<J> {
        self.close();
        self.lock().waiting.drain(..).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Lane;

    #[test]
    fn hands_out_in_order_and_what_waits_at_the_end_too() {
        let lane = Lane::new();
        for item in 0..5 {
            lane.push(item).unwrap();
        }
        assert_eq!(lane.take(3), Some(vec![0, 1, 2]));
        lane.close();
        assert_eq!(lane.push(9), Err(9));
        assert_eq!(lane.take(3), Some(vec![3, 4]));
        assert_eq!(lane.take(3), None);
    }
}

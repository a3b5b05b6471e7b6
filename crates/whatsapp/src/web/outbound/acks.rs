use domain::Timestamp;
use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::oneshot;

/// The word of WhatsApp's server about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Ack {
    /// The server's time.
    pub(in crate::web) at: Option<Timestamp>,
    /// Why the message was not taken.
    pub(in crate::web) error: Option<String>,
}

/// Sends that wait for the server's word.
#[derive(Debug, Default)]
pub(in crate::web) struct Acks {
    waiting: Mutex<HashMap<String, (u64, oneshot::Sender<Ack>)>>,
    next: AtomicU64,
}

impl Acks {
    /// Begins to wait for the word about a message: before it is sent, so that none is missed.
    pub(in crate::web) fn expect(&self, id: &str) -> Expected<'_> {
        let (tell, told) = oneshot::channel();
        let token = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(id.to_owned(), (token, tell));
        Expected { acks: self, id: id.to_owned(), token, told }
    }

    /// The word came. Nobody may be waiting.
    pub(in crate::web) fn resolve(&self, id: &str, ack: Ack) {
        if let Some((_, waiting)) = self.lock().remove(id) {
            // Whoever waited may have given up this very moment.
            let _ = waiting.send(ack);
        }
    }

    /// The connection is gone: no word will come over it.
    pub(in crate::web) fn lose_all(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (u64, oneshot::Sender<Ack>)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One send that waits. Dropping it ends the waiting.
#[derive(Debug)]
pub(in crate::web) struct Expected<'a> {
    acks: &'a Acks,
    id: String,
    token: u64,
    told: oneshot::Receiver<Ack>,
}

impl Expected<'_> {
    /// The word, or none if the connection was lost.
    pub(in crate::web) async fn word(mut self) -> Option<Ack> {
        (&mut self.told).await.ok()
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        let mut waiting = self.acks.lock();
        if waiting.get(&self.id).is_some_and(|(token, _)| *token == self.token) {
            waiting.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(error: Option<&str>) -> Ack {
        Ack { at: Some(Timestamp(1)), error: error.map(str::to_owned) }
    }

    #[tokio::test]
    async fn each_send_gets_its_own_word() {
        let acks = Acks::default();
        let (a, b) = (acks.expect("a"), acks.expect("b"));
        acks.resolve("b", ack(Some("463")));
        acks.resolve("a", ack(None));
        acks.resolve("nobody", ack(None));
        assert_eq!(a.word().await, Some(ack(None)));
        assert_eq!(b.word().await, Some(ack(Some("463"))));
        assert!(acks.lock().is_empty());
    }

    #[tokio::test]
    async fn a_lost_connection_ends_the_waiting() {
        let acks = Acks::default();
        let a = acks.expect("a");
        acks.lose_all();
        assert_eq!(a.word().await, None);
    }

    #[tokio::test]
    async fn a_second_attempt_is_not_ended_with_the_first() {
        let acks = Acks::default();
        let first = acks.expect("a");
        let second = acks.expect("a");
        drop(first);
        acks.resolve("a", ack(None));
        assert_eq!(second.word().await, Some(ack(None)));
    }

    #[test]
    fn nobody_left_behind() {
        let acks = Acks::default();
        drop(acks.expect("a"));
        assert!(acks.lock().is_empty());
    }
}

use std::future::Future;
use tokio::sync::watch;

/// Shut once an account is switched off: from then on nothing is told of it.
#[derive(Debug)]
pub(super) struct Gate(watch::Sender<bool>);

impl Gate {
    pub(super) fn open() -> Self {
        Self(watch::Sender::new(false))
    }

    pub(super) fn shut(&self) {
        self.0.send_replace(true);
    }

    /// What comes of it, or none if the gate is shut or shuts meanwhile; then it is dropped where it stands.
    pub(super) async fn unless_shut<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut shut = self.0.subscribe();
        tokio::select! {
            biased;
            _ = shut.wait_for(|shut| *shut) => None,
            done = future => Some(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn lets_through_until_it_is_shut() {
        let gate = Gate::open();
        assert_eq!(gate.unless_shut(ready(1)).await, Some(1));
        let (waiting, ()) = tokio::join!(gate.unless_shut(pending::<()>()), async { gate.shut() });
        assert_eq!(waiting, None);
        assert_eq!(gate.unless_shut(ready(1)).await, None);
    }
}

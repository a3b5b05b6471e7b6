//! Tasks that end together.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
};
use tokio::{sync::watch, task::JoinHandle};

/// The tasks of one account. They are ended, and waited for, with [`Tasks::stop`]; dropping it ends them as well.
#[derive(Debug)]
pub(crate) struct Tasks {
    stop: watch::Sender<bool>,
    running: Mutex<Vec<JoinHandle<()>>>,
    /// Held while stopping, so that a second caller waits as well.
    stopping: tokio::sync::Mutex<()>,
}

impl Tasks {
    pub(crate) fn new() -> Self {
        Self { stop: watch::Sender::new(false), running: Mutex::new(Vec::new()), stopping: tokio::sync::Mutex::new(()) }
    }

    /// Runs it until it is done or everything is stopped; then it is dropped where it stands. Needs a tokio runtime.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        let task = tokio::spawn(async move {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stopped| *stopped) => {}
                () = future => {}
            }
        });
        let mut running = self.lock();
        running.retain(|task| !task.is_finished());
        running.push(task);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Ends all tasks and returns once none runs any more, saying whether this call was the first.
    pub(crate) async fn stop(&self) -> bool {
        let _stopping = self.stopping.lock().await;
        let first = !self.stop.send_replace(true);
        let running = std::mem::take(&mut *self.lock());
        for task in running {
            // A task that panicked has ended too.
            let _ = task.await;
        }
        first
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::{future::pending, sync::Arc};

    struct Dropped(Arc<()>);

    #[tokio::test]
    async fn stop_returns_when_nothing_runs() {
        let (tasks, alive) = (Tasks::new(), Arc::new(()));
        let held = Dropped(alive.clone());
        tasks.spawn(async move {
            let _held = held.0;
            pending::<()>().await;
        });
        assert!(tasks.stop().await);
        assert_eq!(Arc::strong_count(&alive), 1);
        assert!(tasks.is_stopped());
        assert!(!tasks.stop().await);
    }

    #[tokio::test]
    async fn what_is_spawned_after_the_stop_does_nothing() {
        let tasks = Tasks::new();
        tasks.stop().await;
        let (tell, told) = tokio::sync::oneshot::channel();
        tasks.spawn(async move {
            let _ = tell.send(());
        });
        assert!(told.await.is_err());
    }
}

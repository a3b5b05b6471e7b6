//! What all parts of the server share.

use crate::{
    auth::{Jwt, setup::SetupToken},
    config::Config,
    notice::Notice,
    realtime::{SocketService, Ticket},
};
use domain::{AccountId, Clock, Position, Timestamp, UserId};
use engine::{Engine, Refused};
use protocol::ErrorCode;
use std::{
    future::Future,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{runtime::Handle, sync::oneshot};

/// What all parts of the server share.
pub struct App {
    /// The settings.
    pub config: Config,
    /// Makes tokens and checks them.
    pub jwt: Jwt,
    /// For the set-up link.
    pub setup: SetupToken,
    /// Whether the notice was shown.
    pub notice: Notice,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The way to the sockets.
    pub sockets: Arc<SocketService>,
    engine: OnceLock<Engine<Ticket>>,
    runtime: Handle,
    stopping: AtomicBool,
}

impl App {
    /// Puts the parts together; the engine comes later ([`App::set_engine`]), before the first request. Must be called on
    /// a tokio runtime, on which the handlers of sockets leave what has to wait.
    #[must_use]
    pub fn new(config: Config, jwt: Jwt, setup: SetupToken, clock: Arc<dyn Clock>) -> Self {
        Self {
            notice: Notice::of(&config.storage.data_dir),
            sockets: Arc::default(),
            engine: OnceLock::new(),
            runtime: Handle::current(),
            stopping: AtomicBool::new(false),
            config,
            jwt,
            setup,
            clock,
        }
    }

    /// Sets the engine; once.
    pub fn set_engine(&self, engine: Engine<Ticket>) {
        // The start sets it once; a second one would be a bug that changes nothing.
        let _ = self.engine.set(engine);
    }

    /// The rules.
    #[must_use]
    pub fn engine(&self) -> &Engine<Ticket> {
        self.engine.get().expect("the start sets the engine before it serves")
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// When `at` will be, as the machine measures time. None: too far away to wait for.
    #[must_use]
    pub fn instant(&self, at: Timestamp) -> Option<Instant> {
        let wait = u64::try_from(at.millis().saturating_sub(self.now().millis())).unwrap_or_default();
        Instant::now().checked_add(Duration::from_millis(wait))
    }

    /// Where the accounts of a user stand, in one moment.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn positions(&self, user: &UserId) -> Result<Vec<(AccountId, Position)>, Refused> {
        let (answer, positions) = oneshot::channel();
        self.engine().attach(user, Ticket::Positions(answer));
        positions.await.unwrap_or_else(|_| Err(ErrorCode::Unavailable.into()))
    }

    /// Leaves something that has to wait to the async threads. From any thread.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    /// Whether the server is going down: commands are refused.
    #[must_use]
    pub fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// The server is going down from here on.
    pub fn set_stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

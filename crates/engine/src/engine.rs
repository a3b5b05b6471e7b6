//! The engine: the rules between WhatsApp, the store and those who listen.

use crate::connector::{Connector, MakeConnector};
use crate::directory::Directory;
use crate::inner::Inner;
use crate::options::Options;
use crate::outbox::{Outboxes, Wanted, Work};
use crate::outlet::Outlet;
use crate::publish::publish;
use crate::receive::Events;
use crate::shared::{Shared, Slip};
use domain::UserId;
use std::sync::Arc;
use std::time::Duration;
use store::{Store, Ticket, Write};
use whatsapp::Providers;

/// The rules between WhatsApp, the store and those who listen. Cheap to clone.
///
/// `T` is a caller's ticket: whoever asks without waiting leaves one and finds it with the answer in the stream of commits.
pub struct Engine<T: Send + 'static> {
    pub(crate) inner: Arc<Inner<T>>,
}

impl<T: Send + 'static> Clone for Engine<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

/// The engine can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store can't be opened.
    #[error(transparent)]
    Store(#[from] store::OpenError),
    /// The store can't be read.
    #[error("the store can't be read: {0}")]
    Read(#[from] store::ReadError),
    /// The providers can't be set up like that.
    #[error(transparent)]
    Providers(#[from] whatsapp::ConfigError),
}

impl<T: Send + 'static> Engine<T> {
    /// Opens the store, goes on with what was queued, and starts the accounts that were up.
    pub async fn start(options: Options, outlet: Arc<dyn Outlet<T>>) -> Result<Self, StartError> {
        let (config, clock) = (options.providers.clone(), options.clock.clone());
        let connector: MakeConnector = Box::new(move |sessions, events| {
            Ok(Box::new(Providers::new(config, clock, sessions, events)?) as Box<dyn Connector>)
        });
        Self::start_with(options, connector, outlet).await
    }

    /// The same with another connector than WhatsApp's providers; `options.providers` is not looked at.
    pub async fn start_with(
        options: Options,
        connector: MakeConnector,
        outlet: Arc<dyn Outlet<T>>,
    ) -> Result<Self, StartError> {
        let (outboxes, wanted) = Outboxes::new();
        let shared = Arc::new(Shared { directory: Directory::default(), outboxes, outlet });
        let told = shared.clone();
        let store = Store::open(options.store, options.clock.clone(), move |commit| publish(&told, commit))?;
        shared.directory.load(store.directory().await?);
        let pending = store.accounts_with_outbox().await?;

        let inner = Arc::new(Inner::new(shared, store, options.clock, options.send_max_age));
        let events = Arc::new(Events(Arc::downgrade(&inner)));
        inner.set_connector(connector(inner.store.sessions(), events)?);

        tokio::spawn(start_drivers(inner.clone(), wanted));
        pending.into_iter().for_each(|account| inner.outboxes().wake(account));
        let engine = Self { inner };
        tokio::spawn(engine.clone().start_wanted());
        Ok(engine)
    }

    /// Stops: closes the connections, finishes what is in the store's queue. Sends that are not through go on at the next
    /// start. Takes at most about the deadline.
    pub async fn stop(&self, deadline: Duration) {
        self.inner.set_stopping();
        if tokio::time::timeout(deadline, self.stop_all()).await.is_err() {
            tracing::warn!("Some connections to WhatsApp did not close in time");
        }
        self.inner.store.close().await;
    }

    /// Who there is and who may see what.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.inner.shared.directory
    }

    /// Figures of the store.
    #[must_use]
    pub fn store_stats(&self) -> store::Stats {
        self.inner.store.stats()
    }

    /// How many accounts are up.
    #[must_use]
    pub fn connected_accounts(&self) -> usize {
        self.inner.accounts.connected()
    }

    /// Answers the ticket with the positions of the user's accounts, in its place in the stream: every event of a commit
    /// before it is in them, every one after it is not.
    pub fn attach(&self, user: &UserId, ticket: T) {
        self.inner.store.submit(Write::Snapshot { user: user.clone() }, Ticket::Caller(Slip::new(ticket)));
    }
}

/// Starts a driver for each account that gets something to send.
async fn start_drivers<T: Send + 'static>(inner: Arc<Inner<T>>, mut wanted: Wanted) {
    while let Some((account, inputs)) = wanted.recv().await
        && !inner.stopping()
    {
        tokio::spawn(Work::new(inner.clone(), account, inputs).run());
    }
}

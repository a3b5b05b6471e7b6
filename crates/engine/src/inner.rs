//! What the engine's parts share.

use crate::accounts::Accounts;
use crate::connector::Connector;
use crate::outbox::Outboxes;
use crate::outlet::{Audience, Emission};
use crate::shared::{Shared, Slip};
use domain::{AccountId, Clock};
use protocol::ServerEvent;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::Store;
use whatsapp::Provider;

/// What the engine's parts share.
pub(crate) struct Inner<T: Send + 'static> {
    pub(crate) shared: Arc<Shared<T>>,
    pub(crate) store: Store<Slip<T>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) accounts: Accounts,
    pub(crate) send_max_age: Duration,
    connector: OnceLock<Box<dyn Connector>>,
    stopping: AtomicBool,
}

impl<T: Send + 'static> Inner<T> {
    pub(crate) fn new(
        shared: Arc<Shared<T>>,
        store: Store<Slip<T>>,
        clock: Arc<dyn Clock>,
        send_max_age: Duration,
    ) -> Self {
        let (accounts, connector, stopping) = (Accounts::default(), OnceLock::new(), AtomicBool::new(false));
        Self { shared, store, clock, accounts, send_max_age, connector, stopping }
    }

    pub(crate) fn outboxes(&self) -> &Outboxes {
        &self.shared.outboxes
    }

    /// What starts connections; none before the engine has started and once it stops.
    pub(crate) fn connector(&self) -> Option<&dyn Connector> {
        self.connector.get().map(AsRef::as_ref).filter(|_| !self.stopping())
    }

    pub(crate) fn set_connector(&self, connector: Box<dyn Connector>) {
        // Set once, by the start.
        let _ = self.connector.set(connector);
    }

    /// The account's connection, whatever its state.
    pub(crate) fn provider(&self, account: AccountId) -> Option<Arc<dyn Provider>> {
        self.accounts.provider(account)
    }

    /// Whether the account takes messages.
    pub(crate) fn is_up(&self, account: AccountId) -> bool {
        self.accounts.link(account).is_some_and(|link| link.state.is_connected())
    }

    pub(crate) fn emit(&self, to: Audience, event: ServerEvent) {
        self.shared.outlet.emit(Emission { to, event });
    }

    /// The server is stopping: what waits for the store gives up.
    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(crate) fn set_stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }
}

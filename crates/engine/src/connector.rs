//! What starts connections: WhatsApp's providers, or a fake in a test of the rules.

use domain::{Account, SessionStore};
use std::sync::Arc;
use whatsapp::{ConfigError, Login, NotSupported, Provider, ProviderEvents, Providers};

/// Starts the connections of accounts.
pub trait Connector: Send + Sync {
    /// Starts one and returns at once; how it goes is told as links.
    fn start(&self, account: &Account, login: Login) -> Result<Arc<dyn Provider>, NotSupported>;
}

/// Makes the connector once the store is there.
pub type MakeConnector =
    Box<dyn FnOnce(Arc<dyn SessionStore>, Arc<dyn ProviderEvents>) -> Result<Box<dyn Connector>, ConfigError> + Send>;

impl Connector for Providers {
    fn start(&self, account: &Account, login: Login) -> Result<Arc<dyn Provider>, NotSupported> {
        let first = account.last_connected_at.is_none();
        Self::start(self, account.id, account.provider, login, account.settings.clone(), first)
    }
}

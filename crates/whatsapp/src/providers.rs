use crate::{
    Config, ConfigError, Login, Provider, ProviderEvents,
    demo::{Demo, DemoShared},
};
use domain::{AccountId, AccountSettings, Clock, ProviderKind, SessionStore};
use std::sync::Arc;

/// This build has no such provider. The sentence is for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotSupported(pub &'static str);

const CLOUD: &str = "The Cloud API is not supported yet. Link a device with a QR code instead.";

/// Brings accounts up. Made once; what all accounts share is in here.
pub struct Providers {
    demo: Arc<DemoShared>,
}

impl Providers {
    /// Checks the settings and makes what all accounts share. Connects to nothing.
    ///
    /// # Errors
    /// When the settings don't fit this build, or name another host than this machine.
    pub fn new(
        config: Config,
        clock: Arc<dyn Clock>,
        sessions: Arc<dyn SessionStore>,
        events: Arc<dyn ProviderEvents>,
    ) -> Result<Self, ConfigError> {
        let _ = sessions;
        Ok(Self { demo: Arc::new(DemoShared::new(config.demo, clock, events)) })
    }

    /// Brings an account up and returns at once; how it goes is told as [`crate::Link`]s, the first of them maybe
    /// before this returns. One account is started once at a time: stop the provider before another is made.
    /// `first` says that the account has never been started before. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// When this build has no such provider.
    pub fn start(
        &self,
        account: AccountId,
        kind: ProviderKind,
        login: Login,
        settings: AccountSettings,
        first: bool,
    ) -> Result<Arc<dyn Provider>, NotSupported> {
        match kind {
            ProviderKind::Demo => Ok(Arc::new(Demo::start(&self.demo, account, first))),
            ProviderKind::Cloud => Err(NotSupported(CLOUD)),
            ProviderKind::Web => {
                let _ = (login, settings);
                Err(NotSupported("This build can't link devices: it was made without the feature `linked-device`."))
            }
        }
    }
}

#[cfg(feature = "linked-device")]
use crate::web::{Web, WebShared};
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
#[cfg(not(feature = "linked-device"))]
const NO_WEB: &str = "This build can't link devices: it was made without the feature `linked-device`.";
#[cfg(feature = "simulator")]
const SIMULATOR_ONLY: &str =
    "This build is for the simulator and connects to nothing else, and the simulator's address is not set.";

/// Brings accounts up. Made once; what all accounts share is in here.
pub struct Providers {
    demo: Arc<DemoShared>,
    #[cfg(feature = "linked-device")]
    web: Arc<WebShared>,
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
        config.web.check()?;
        #[cfg(not(feature = "linked-device"))]
        drop(sessions);
        Ok(Self {
            demo: Arc::new(DemoShared::new(config.demo, clock.clone(), events.clone())),
            #[cfg(feature = "linked-device")]
            web: Arc::new(WebShared::new(config.web, clock, sessions, events)),
        })
    }

    /// Brings an account up and returns at once; how it goes is told as [`crate::Link`]s, the first of them maybe
    /// before this returns. An account runs once at a time: stop its provider before another is started.
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
            ProviderKind::Web => self.start_web(account, &login, settings),
        }
    }

    #[cfg(feature = "linked-device")]
    fn start_web(
        &self,
        account: AccountId,
        login: &Login,
        settings: AccountSettings,
    ) -> Result<Arc<dyn Provider>, NotSupported> {
        // The simulator's build does not check WhatsApp's certificates, so it must never meet WhatsApp.
        #[cfg(feature = "simulator")]
        if !self.web.has_url() {
            return Err(NotSupported(SIMULATOR_ONLY));
        }
        Ok(Arc::new(Web::start(&self.web, account, login, settings)))
    }

    #[cfg(not(feature = "linked-device"))]
    fn start_web(
        &self,
        _account: AccountId,
        _login: &Login,
        _settings: AccountSettings,
    ) -> Result<Arc<dyn Provider>, NotSupported> {
        Err(NotSupported(NO_WEB))
    }
}

use crate::{ProviderEvents, WebConfig};
use domain::{Clock, SessionStore};
use std::sync::Arc;
use whatsapp_rust::transport::TokioWebSocketTransportFactory;

/// What all linked devices share.
pub(crate) struct WebShared {
    pub(super) config: WebConfig,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) sessions: Arc<dyn SessionStore>,
    pub(super) events: Arc<dyn ProviderEvents>,
}

impl WebShared {
    pub(crate) fn new(
        config: WebConfig,
        clock: Arc<dyn Clock>,
        sessions: Arc<dyn SessionStore>,
        events: Arc<dyn ProviderEvents>,
    ) -> Self {
        Self { config, clock, sessions, events }
    }

    /// Whether it is the simulator that accounts connect to.
    #[cfg(feature = "simulator")]
    pub(crate) fn has_url(&self) -> bool {
        self.config.url.is_some()
    }

    /// The way to WhatsApp's servers, or to the simulator.
    pub(super) fn transport(&self) -> TokioWebSocketTransportFactory {
        let factory = TokioWebSocketTransportFactory::new();
        match &self.config.url {
            Some(url) => factory.with_url(url.clone()),
            None => factory,
        }
    }
}

use super::bus::Signal;
use crate::web::link::Input;
use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use wacore::net::{Transport, TransportEvent, TransportFactory};
use whatsapp_rust::{anyhow::Error, async_channel::Receiver, transport::TokioWebSocketTransportFactory};

/// The library's own way to WhatsApp, which also tells of each attempt: the library says nothing of those that fail.
pub(super) struct Watched {
    pub(super) inner: TokioWebSocketTransportFactory,
    pub(super) signals: UnboundedSender<Signal>,
}

#[async_trait]
impl TransportFactory for Watched {
    async fn create_transport(&self) -> Result<(Arc<dyn Transport>, Receiver<TransportEvent>), Error> {
        // The account's task may have ended; then nobody wants to know.
        let _ = self.signals.send(Signal::Link(Input::Attempt));
        let made = self.inner.create_transport().await;
        if made.is_err() {
            let _ = self.signals.send(Signal::Link(Input::Unreachable));
        }
        made
    }
}

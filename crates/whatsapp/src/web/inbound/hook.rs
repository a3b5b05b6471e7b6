use super::message::message;
use crate::web::{gate::Gate, shared::WebShared};
use async_trait::async_trait;
use domain::{AccountId, AccountSettings};
use std::sync::Arc;
use whatsapp_rust::{Client, InboundDurabilityHook, types::durability_hook::InboundMessage};

/// Between decryption and WhatsApp's being told "received": messages are handed to the engine here, and the library
/// tells WhatsApp only once this says that they are stored.
pub(in crate::web) struct Hook {
    pub(in crate::web) shared: Arc<WebShared>,
    pub(in crate::web) account: AccountId,
    pub(in crate::web) settings: AccountSettings,
    pub(in crate::web) gate: Arc<Gate>,
}

/// The account is being switched off: WhatsApp keeps the message and brings it again.
#[derive(Debug, thiserror::Error)]
#[error("messages are no longer taken: {0}")]
struct NotTaken(&'static str);

#[async_trait]
impl InboundDurabilityHook for Hook {
    /// Waits while the store is away. An error would let later messages pass this one, so there is one only when
    /// nothing more is taken at all.
    async fn on_messages(
        &self,
        client: Arc<Client>,
        batch: &[InboundMessage],
    ) -> Result<(), whatsapp_rust::anyhow::Error> {
        let mut received = Vec::with_capacity(batch.len());
        for inbound in batch {
            received.extend(message(&client, &self.settings, &inbound.message, &inbound.info).await);
        }
        if received.is_empty() {
            return Ok(());
        }
        let stored = self.gate.unless_shut(self.shared.events.received(self.account, received)).await;
        match stored {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) => Err(NotTaken("the server is stopping").into()),
            None => Err(NotTaken("the account is switched off").into()),
        }
    }
}

//! `message_sent_success`

use crate::{Id, Rfc3339};
use domain::{Message, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// WhatsApp's server took a message of ours. For every socket of its sender. What the other phone did comes as
/// `message_status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageSentSuccess {
    /// WhatsApp's id.
    #[schema(required)]
    pub message_id: Option<String>,
    /// When WhatsApp's server took it.
    pub timestamp: Rfc3339,
    /// Ours.
    pub id: Id,
    /// The sender's own id for the send.
    #[schema(required)]
    pub client_id: Option<String>,
    /// In which chat.
    pub conversation_id: Id,
}

impl MessageSentSuccess {
    /// For this message, taken at that time.
    #[must_use]
    pub fn new(message: &Message, at: Timestamp) -> Self {
        Self {
            message_id: message.provider_id.clone(),
            timestamp: at.into(),
            id: message.id.into(),
            client_id: message.client_id.clone(),
            conversation_id: message.conversation_id.into(),
        }
    }
}

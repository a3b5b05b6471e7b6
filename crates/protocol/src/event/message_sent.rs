//! `message_sent`

use super::new_message::sender_id;
use crate::{Id, Rfc3339};
use domain::Message;
use serde::Serialize;
use utoipa::ToSchema;

/// WhatsApp's server took a message of ours. For those who have its chat open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageSent {
    /// WhatsApp's id.
    #[schema(required)]
    pub message_id: Option<String>,
    /// To whom, E.164 with `+`; null when no number is known.
    #[schema(required)]
    pub to: Option<String>,
    /// The text.
    pub message: String,
    /// In which chat.
    pub conversation_id: Id,
    /// Ours.
    pub id: Id,
    /// The sender's own id for the send.
    #[schema(required)]
    pub client_id: Option<String>,
    /// The user who wrote it.
    #[schema(required)]
    pub sender_id: Option<Id>,
    /// When it was queued.
    pub timestamp: Rfc3339,
    /// Always true.
    pub is_outgoing: bool,
}

impl From<&Message> for MessageSent {
    fn from(message: &Message) -> Self {
        Self {
            message_id: message.provider_id.clone(),
            to: message.to.clone(),
            message: message.content.clone(),
            conversation_id: message.conversation_id.into(),
            id: message.id.into(),
            client_id: message.client_id.clone(),
            sender_id: sender_id(&message.sender),
            timestamp: message.timestamp.into(),
            is_outgoing: true,
        }
    }
}

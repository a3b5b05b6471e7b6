//! `message_status`

use super::MessageFailure;
use crate::{
    Id, Rfc3339,
    value::{DeliveryStatus, account},
};
use domain::{AccountId, Message, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A message has come further, or failed. This alone says what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageStatus {
    /// Ours.
    pub id: Id,
    /// Whose.
    #[serde(serialize_with = "account")]
    #[schema(value_type = Id)]
    pub account_id: AccountId,
    /// In which chat.
    pub conversation_id: Id,
    /// The change that it is.
    pub seq: u64,
    /// WhatsApp's id; null until it is known.
    #[schema(required)]
    pub message_id: Option<String>,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// When it came so far, by WhatsApp's time.
    pub timestamp: Rfc3339,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<MessageFailure>,
}

impl MessageStatus {
    /// The message in its present state, which it reached at that time.
    #[must_use]
    pub fn new(message: &Message, at: Timestamp) -> Self {
        Self {
            id: message.id.into(),
            account_id: message.account_id,
            conversation_id: message.conversation_id.into(),
            seq: message.seq,
            message_id: message.provider_id.clone(),
            status: message.status.into(),
            timestamp: at.into(),
            error: message.error.as_ref().map(MessageFailure::from),
        }
    }
}

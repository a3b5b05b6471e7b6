//! `message_send_error`

use super::MessageFailure;
use crate::{ErrorBody, ErrorCode, Id};
use domain::{Message, MessageError};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// A message can't be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageSendError {
    /// Why: one sentence for people.
    #[schema(value_type = String)]
    pub error: Cow<'static, str>,
    /// Why.
    pub code: ErrorCode,
    /// Which message; null when it was refused before it was stored.
    #[schema(required)]
    pub id: Option<Id>,
    /// The sender's own id for the send.
    #[schema(required)]
    pub client_id: Option<String>,
    /// In which chat, as far as it is known.
    #[schema(required)]
    pub conversation_id: Option<String>,
    /// Whether the same again may succeed.
    pub retryable: bool,
}

impl MessageSendError {
    /// The send was refused before anything was stored; with the ids that its sender gave.
    #[must_use]
    pub fn refused(error: &ErrorBody, client_id: Option<String>, conversation_id: Option<String>) -> Self {
        Self {
            error: Cow::Owned(error.message().to_owned()),
            code: error.code,
            id: None,
            client_id,
            conversation_id,
            retryable: error.retryable,
        }
    }

    /// The stored message failed.
    #[must_use]
    pub fn failed(message: &Message, error: &MessageError) -> Self {
        let MessageFailure { code, message: sentence, .. } = error.into();
        Self {
            error: sentence,
            code,
            id: Some(message.id.into()),
            client_id: message.client_id.clone(),
            conversation_id: Some(message.conversation_id.to_string()),
            retryable: code.retryable(),
        }
    }
}

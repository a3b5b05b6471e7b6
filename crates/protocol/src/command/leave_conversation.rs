//! `leave_conversation`: closes a chat.

use super::MAX_ID;
use crate::{BadPayload, payload};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Closes a chat. Answered by `left_conversation`, also when it was not open.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct LeaveConversation {
    /// Which chat.
    #[schema(max_length = 128)]
    pub conversation_id: String,
}

impl LeaveConversation {
    /// Reads the event's data.
    pub fn parse(data: Option<&RawValue>) -> Result<Self, BadPayload> {
        let [conversation_id] = payload::object(payload::text(data), ["conversationId"])?;
        Ok(Self { conversation_id: conversation_id.name(MAX_ID)? })
    }
}

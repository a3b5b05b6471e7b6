//! `join_conversation`: opens a chat.

use super::MAX_ID;
use crate::{BadPayload, payload};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Opens a chat: the socket gets what is for that chat alone. Answered by `joined_conversation`; a chat that the user may
/// not see is `not_found`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct JoinConversation {
    /// Which chat.
    #[schema(max_length = 128)]
    pub conversation_id: String,
}

impl JoinConversation {
    /// Reads the event's data.
    pub fn parse(data: Option<&RawValue>) -> Result<Self, BadPayload> {
        let [conversation_id] = payload::object(payload::text(data), ["conversationId"])?;
        Ok(Self { conversation_id: conversation_id.name(MAX_ID)? })
    }
}

//! `typing`: tells that the user is writing.

use super::MAX_ID;
use crate::{BadPayload, payload, value::TypingState};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Tells the customer, and the other sockets that have the chat open, that the user is writing.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase", as = TypingCommand)]
pub struct Typing {
    /// In which chat.
    #[schema(max_length = 128)]
    pub conversation_id: String,
    /// What the user does.
    pub state: TypingState,
}

impl Typing {
    /// Reads the event's data.
    pub fn parse(data: Option<&RawValue>) -> Result<Self, BadPayload> {
        let [conversation_id, state] = payload::object(payload::text(data), ["conversationId", "state"])?;
        Ok(Self { conversation_id: conversation_id.name(MAX_ID)?, state: state.choice(TypingState::ALL)? })
    }
}

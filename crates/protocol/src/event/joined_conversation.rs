//! `joined_conversation`

use crate::conversation_room;
use serde::Serialize;
use std::fmt::Display;
use utoipa::ToSchema;

/// The socket has the chat open: it is in its room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinedConversation {
    /// Which chat.
    pub conversation_id: String,
    /// Its room.
    pub room: String,
}

impl JoinedConversation {
    /// For this chat.
    #[must_use]
    pub fn new(conversation: impl Display) -> Self {
        Self { room: conversation_room(&conversation), conversation_id: conversation.to_string() }
    }
}

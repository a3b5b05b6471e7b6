//! `typing`

use super::Sender;
use crate::{Id, value::TypingState};
use domain::ConversationId;
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody is writing: the customer, or a colleague. For those who have the chat open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Typing {
    /// In which chat.
    pub conversation_id: Id,
    /// Who: as a message's `sender`.
    pub from: Sender,
    /// What they do.
    pub state: TypingState,
}

impl Typing {
    /// Somebody, in that chat.
    #[must_use]
    pub fn new(conversation: ConversationId, from: &domain::Sender, state: TypingState) -> Self {
        Self { conversation_id: conversation.into(), from: from.into(), state }
    }
}

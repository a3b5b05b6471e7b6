//! `conversation_updated`

use crate::{
    Id, Rfc3339,
    value::{ConversationKind, DeliveryStatus, MessageType, account},
};
use domain::{AccountId, Conversation};
use serde::Serialize;
use utoipa::ToSchema;

/// A chat in its present state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conversation)]
pub struct ConversationUpdated {
    /// Ours.
    pub id: Id,
    /// Whose.
    #[serde(serialize_with = "account")]
    #[schema(value_type = Id)]
    pub account_id: AccountId,
    /// The change that made it what it is.
    pub seq: u64,
    /// With whom.
    pub kind: ConversationKind,
    /// The contact; null for a group.
    #[schema(required)]
    pub contact_id: Option<Id>,
    /// The best name known.
    #[schema(required)]
    pub name: Option<String>,
    /// E.164 with `+`. Null for a group, and for whoever is known by a hidden id alone.
    #[schema(required)]
    pub phone: Option<String>,
    /// Where the picture is.
    #[schema(required)]
    pub avatar: Option<String>,
    /// Inbound messages not read yet.
    pub unread_count: u32,
    /// What a list shows of the newest message.
    #[schema(required)]
    pub last_message: Option<LastMessage>,
    /// The chat that this one turned out to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_into: Option<Id>,
    /// When it was made.
    pub created_at: Rfc3339,
}

/// What a list of chats shows of the newest message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastMessage {
    /// Which message.
    pub id: Id,
    /// Its text.
    pub content: String,
    /// What it is.
    pub message_type: MessageType,
    /// Whether it is ours.
    pub is_outgoing: bool,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// WhatsApp's time.
    pub timestamp: Rfc3339,
}

impl From<&domain::LastMessage> for LastMessage {
    fn from(message: &domain::LastMessage) -> Self {
        Self {
            id: message.id.into(),
            content: message.content.clone(),
            message_type: message.kind.into(),
            is_outgoing: message.is_outgoing,
            status: message.status.into(),
            timestamp: message.timestamp.into(),
        }
    }
}

impl From<&Conversation> for ConversationUpdated {
    fn from(conversation: &Conversation) -> Self {
        Self {
            id: conversation.id.into(),
            account_id: conversation.account_id,
            seq: conversation.seq,
            kind: conversation.kind.into(),
            contact_id: conversation.contact_id.map(Id::from),
            name: conversation.name.clone(),
            phone: conversation.phone.clone(),
            avatar: None,
            unread_count: conversation.unread_count,
            last_message: conversation.last_message.as_ref().map(LastMessage::from),
            merged_into: conversation.merged_into.map(Id::from),
            created_at: conversation.created_at.into(),
        }
    }
}

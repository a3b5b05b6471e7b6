//! `new_message`

use super::MessageFailure;
use crate::{
    Id, Rfc3339,
    value::{DeliveryStatus, MessageType, Origin, account},
};
use domain::{AccountId, Message};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
};

/// A message was stored, with its conversation's new counters. Outgoing ones too: from another tab, a colleague, a
/// server, or the phone itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewMessage {
    /// Ours. Ids rise in the order of the commits.
    pub id: Id,
    /// Whose.
    #[serde(serialize_with = "account")]
    #[schema(value_type = Id)]
    pub account_id: AccountId,
    /// In which chat.
    pub conversation_id: Id,
    /// The change that made it.
    pub seq: u64,
    /// WhatsApp's id; null until it is known.
    #[schema(required)]
    pub message_id: Option<String>,
    /// The sender's own id for the send.
    #[schema(required)]
    pub client_id: Option<String>,
    /// Its text.
    pub content: String,
    /// What it is.
    pub message_type: MessageType,
    /// Whether it is ours.
    pub is_outgoing: bool,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// Why it failed.
    #[schema(required)]
    pub error: Option<MessageFailure>,
    /// Who wrote it: the user of one of ours, else the contact. Null if it was written on the phone.
    #[schema(required)]
    pub sender_id: Option<Id>,
    /// Who wrote it.
    pub sender: Sender,
    /// To whom, E.164 with `+`.
    #[schema(required)]
    pub to: Option<String>,
    /// What is attached. Always null so far.
    #[schema(schema_with = null)]
    pub media: (),
    /// The message that it answers.
    #[schema(required)]
    pub reply_to: Option<Id>,
    /// The reactions to it. Always empty so far.
    #[schema(schema_with = empty_list)]
    pub reactions: [(); 0],
    /// When it was last edited.
    #[schema(required)]
    pub edited_at: Option<Rfc3339>,
    /// When it was deleted for everyone.
    #[schema(required)]
    pub deleted_at: Option<Rfc3339>,
    /// Who wrote an outgoing one.
    #[schema(required)]
    pub origin: Option<Origin>,
    /// WhatsApp's time; for our own, when it was queued.
    pub timestamp: Rfc3339,
    /// When it was stored.
    pub created_at: Rfc3339,
    /// What it changed in its conversation.
    pub conversation: Counters,
}

fn null() -> Schema {
    ObjectBuilder::new().schema_type(Type::Null).description(Some("What is attached. Always null so far.")).into()
}

fn empty_list() -> Schema {
    ArrayBuilder::new().max_items(Some(0)).description(Some("The reactions to it. Always empty so far.")).into()
}

/// The counters of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Inbound messages not read yet.
    pub unread_count: u32,
}

/// A person: a contact, or a user of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// The contact; null for one of ours.
    #[schema(required)]
    pub contact_id: Option<Id>,
    /// E.164 with `+`. Null for whoever is known by a hidden id alone.
    #[schema(required)]
    pub phone: Option<String>,
    /// The name known for them.
    #[schema(required)]
    pub name: Option<String>,
    /// The user; null for a contact, and for what was written on the phone.
    #[schema(required)]
    pub user_id: Option<Id>,
}

impl From<&domain::Sender> for Sender {
    fn from(sender: &domain::Sender) -> Self {
        Self {
            contact_id: sender.contact_id.map(Id::from),
            phone: sender.phone.clone(),
            name: sender.name.clone(),
            user_id: sender.user_id.as_ref().map(Id::from),
        }
    }
}

/// The one id under which a client knows the sender.
pub(crate) fn sender_id(sender: &domain::Sender) -> Option<Id> {
    sender.user_id.as_ref().map(Id::from).or(sender.contact_id.map(Id::from))
}

impl NewMessage {
    /// The message in its present state, and how many are unread in its conversation with it.
    #[must_use]
    pub fn new(message: &Message, unread_count: u32) -> Self {
        Self {
            id: message.id.into(),
            account_id: message.account_id,
            conversation_id: message.conversation_id.into(),
            seq: message.seq,
            message_id: message.provider_id.clone(),
            client_id: message.client_id.clone(),
            content: message.content.clone(),
            message_type: message.kind.into(),
            is_outgoing: message.is_outgoing,
            status: message.status.into(),
            error: message.error.as_ref().map(MessageFailure::from),
            sender_id: sender_id(&message.sender),
            sender: (&message.sender).into(),
            to: message.to.clone(),
            media: (),
            reply_to: None,
            reactions: [],
            edited_at: None,
            deleted_at: None,
            origin: message.origin.map(Origin::from),
            timestamp: message.timestamp.into(),
            created_at: message.created_at.into(),
            conversation: Counters { unread_count },
        }
    }
}

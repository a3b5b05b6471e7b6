//! Chats.

use crate::{AccountId, ContactId, ConversationId, DeliveryStatus, MessageId, MessageKind, Timestamp};

/// With whom a chat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationKind {
    /// One person.
    Direct,
    /// A group.
    Group,
}

impl ConversationKind {
    /// The kind's name, as stored and as told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Group => "group",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Direct, Self::Group].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a list of chats shows of the newest message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// Which message.
    pub id: MessageId,
    /// Its text, whole.
    pub content: String,
    /// Its kind.
    pub kind: MessageKind,
    /// Whether it is ours.
    pub is_outgoing: bool,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// WhatsApp's time.
    pub timestamp: Timestamp,
}

/// A chat of one account with one person or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Ours.
    pub id: ConversationId,
    /// Whose.
    pub account_id: AccountId,
    /// The change that made it what it is.
    pub seq: u64,
    /// With whom.
    pub kind: ConversationKind,
    /// The person; none for a group.
    pub contact_id: Option<ContactId>,
    /// The best name known: the address book's, else the person's own, else none.
    pub name: Option<String>,
    /// E.164 with `+`, when known.
    pub phone: Option<String>,
    /// Inbound messages not read yet.
    pub unread_count: u32,
    /// The newest message.
    pub last_message: Option<LastMessage>,
    /// The chat that this one turned out to be.
    pub merged_into: Option<ConversationId>,
    /// When it was made.
    pub created_at: Timestamp,
}

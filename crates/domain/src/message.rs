//! Messages.

use crate::{AccountId, ContactId, ConversationId, DeliveryStatus, MessageId, Timestamp, UserId};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// The name, as stored and as told.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// What has that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

named!(
    /// What a message is.
    MessageKind {
        /// Text.
        Text = "text",
        /// A picture.
        Image = "image",
        /// A film.
        Video = "video",
        /// A sound file.
        Audio = "audio",
        /// A voice note.
        Voice = "voice",
        /// A file.
        Document = "document",
        /// A sticker.
        Sticker = "sticker",
        /// A place.
        Location = "location",
        /// Somebody's card.
        Contact = "contact",
        /// A poll.
        Poll = "poll",
        /// Buttons and lists of a business.
        Interactive = "interactive",
        /// An approved text of a business.
        Template = "template",
        /// A call.
        Call = "call",
        /// Something that happened to the chat.
        System = "system",
        /// Stored whole, can't be shown.
        Unsupported = "unsupported",
    }
);

named!(
    /// Who wrote an outgoing message.
    Origin {
        /// A user of Switchboard.
        User = "user",
        /// A server with an API key.
        Api = "api",
        /// The account's own phone, or another device of its.
        Phone = "phone",
    }
);

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageError {
    /// A code of the contract's table, as `rejected`.
    pub code: String,
    /// One sentence for the clerk.
    pub message: String,
    /// WhatsApp's own code, as `463`.
    pub provider_code: Option<String>,
}

/// Who a message is from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sender {
    /// The person, for an inbound one.
    pub contact_id: Option<ContactId>,
    /// E.164 with `+`, when known.
    pub phone: Option<String>,
    /// The name known for them.
    pub name: Option<String>,
    /// The user, for one of ours.
    pub user_id: Option<UserId>,
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Ours; rises in commit order.
    pub id: MessageId,
    /// Whose.
    pub account_id: AccountId,
    /// In which chat.
    pub conversation_id: ConversationId,
    /// The change that made it what it is.
    pub seq: u64,
    /// WhatsApp's id, once known.
    pub provider_id: Option<String>,
    /// The sender's own id for the send.
    pub client_id: Option<String>,
    /// What it is.
    pub kind: MessageKind,
    /// Its text; empty if it has none.
    pub content: String,
    /// Whether it is ours.
    pub is_outgoing: bool,
    /// How far it has come. An inbound one is `Delivered`.
    pub status: DeliveryStatus,
    /// Why it failed.
    pub error: Option<MessageError>,
    /// Who wrote it.
    pub sender: Sender,
    /// To whom, as WhatsApp knows them: E.164 with `+`; none when only a LID is known, and for an inbound one.
    pub to: Option<String>,
    /// Who wrote an outgoing one.
    pub origin: Option<Origin>,
    /// WhatsApp's time; for our own, when it was queued.
    pub timestamp: Timestamp,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// Who a `clientId` belongs to: it is unique per sender.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SenderKey {
    /// A user, on any of their sockets or over HTTP.
    User(UserId),
    /// A server with an API key.
    ApiKey(String),
}

impl SenderKey {
    /// The key as one text, as stored: `user:…` or `key:…`.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::User(id) => format!("user:{id}"),
            Self::ApiKey(id) => format!("key:{id}"),
        }
    }
}

//! What the server emits: one struct an event, with exactly the keys it has on the wire.
//!
//! Sequenced events carry the account and its `seq`, and reach a socket in that order without a gap. All others are
//! *ephemeral*: they are not replayed.

mod access_changed;
mod auth_error;
mod authenticated;
mod connection_status;
mod conversation_updated;
mod error;
mod joined_conversation;
mod left_conversation;
mod message_failure;
mod message_send_error;
mod message_sent;
mod message_sent_success;
mod message_status;
mod new_message;
mod typing;

pub use access_changed::AccessChanged;
pub use auth_error::AuthError;
pub use authenticated::Authenticated;
pub use connection_status::{Limits, Status};
pub use conversation_updated::{ConversationUpdated, LastMessage};
pub use error::ErrorEvent;
pub use joined_conversation::JoinedConversation;
pub use left_conversation::LeftConversation;
pub use message_failure::MessageFailure;
pub use message_send_error::MessageSendError;
pub use message_sent::MessageSent;
pub use message_sent_success::MessageSentSuccess;
pub use message_status::MessageStatus;
pub use new_message::{Counters, NewMessage, Sender};
pub use typing::Typing;

use crate::{
    ClientEvent, ErrorBody,
    schema::{Component, component},
};
use domain::AccountId;
use serde::Serialize;

macro_rules! server_events {
    ($($(#[$doc:meta])* $variant:ident($payload:ident) = $name:literal, $order:ident);+ $(;)?) => {
        /// An event with its payload. Serialized it is the payload alone.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum ServerEvent { $($(#[$doc])* $variant(Box<$payload>)),+ }

        impl ServerEvent {
            /// Every event: its name, whether it is sequenced, and what its payload looks like.
            pub(crate) const LIST: &[(&'static str, Order, fn() -> Component)] =
                &[$(($name, Order::$order, component::<$payload>)),+];

            /// The name on the wire.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),+ }
            }
        }
    };
}

/// Whether an event has a place in its account's sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Sequenced,
    Ephemeral,
}

server_events! {
    /// The socket is signed in.
    Authenticated(Authenticated) = "authenticated", Ephemeral;
    /// The socket is not signed in, or not for much longer.
    AuthError(AuthError) = "auth_error", Ephemeral;
    /// A message was stored.
    NewMessage(NewMessage) = "new_message", Sequenced;
    /// WhatsApp's server took a message, for those who have the chat open.
    MessageSent(MessageSent) = "message_sent", Ephemeral;
    /// WhatsApp's server took a message, for who sent it.
    MessageSentSuccess(MessageSentSuccess) = "message_sent_success", Ephemeral;
    /// A message can't be sent.
    MessageSendError(MessageSendError) = "message_send_error", Ephemeral;
    /// A message has come further.
    MessageStatus(MessageStatus) = "message_status", Sequenced;
    /// A chat changed and no message of it.
    ConversationUpdated(ConversationUpdated) = "conversation_updated", Sequenced;
    /// The link of an account changed.
    WhatsappStatusUpdate(Status) = "whatsapp_status_update", Ephemeral;
    /// Where the link of an account stands, for who asked.
    ConnectionStatus(Status) = "connection_status", Ephemeral;
    /// The socket has the chat open.
    JoinedConversation(JoinedConversation) = "joined_conversation", Ephemeral;
    /// The socket has the chat open no more.
    LeftConversation(LeftConversation) = "left_conversation", Ephemeral;
    /// Somebody is writing.
    Typing(Typing) = "typing", Ephemeral;
    /// The user may see an account, or no longer.
    AccessChanged(AccessChanged) = "access_changed", Ephemeral;
    /// A command was refused.
    Error(ErrorEvent) = "error", Ephemeral;
}

impl ServerEvent {
    /// The account and its `seq`; none for an ephemeral event.
    #[must_use]
    pub fn seq(&self) -> Option<(AccountId, u64)> {
        match self {
            Self::NewMessage(event) => Some((event.account_id, event.seq)),
            Self::MessageStatus(event) => Some((event.account_id, event.seq)),
            Self::ConversationUpdated(event) => Some((event.account_id, event.seq)),
            _ => None,
        }
    }

    /// Whether it has no place in an account's sequence.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.seq().is_none()
    }

    /// The event that tells a client without acknowledgements that its command was refused: `auth_error` for
    /// `authenticate`, `message_send_error` for `send_message`, `error` for every other. (Who knows the ids of a refused
    /// send tells them with [`MessageSendError::refused`].)
    #[must_use]
    pub fn refused(command: &str, error: &ErrorBody) -> Self {
        match ClientEvent::from_name(command) {
            Some(ClientEvent::Authenticate) => AuthError::from(error).into(),
            Some(ClientEvent::SendMessage) => MessageSendError::refused(error, None, None).into(),
            _ => ErrorEvent::new(command, error).into(),
        }
    }
}

/// A payload that is one event's only becomes that event.
macro_rules! from_payload {
    ($($variant:ident($payload:ident)),+ $(,)?) => {
        $(impl From<$payload> for ServerEvent {
            fn from(payload: $payload) -> Self { Self::$variant(Box::new(payload)) }
        })+
    };
}

from_payload!(
    Authenticated(Authenticated),
    AuthError(AuthError),
    NewMessage(NewMessage),
    MessageSent(MessageSent),
    MessageSentSuccess(MessageSentSuccess),
    MessageSendError(MessageSendError),
    MessageStatus(MessageStatus),
    ConversationUpdated(ConversationUpdated),
    JoinedConversation(JoinedConversation),
    LeftConversation(LeftConversation),
    Typing(Typing),
    AccessChanged(AccessChanged),
    Error(ErrorEvent),
);

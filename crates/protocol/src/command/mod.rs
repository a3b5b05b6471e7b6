//! What clients emit: one struct an event.
//!
//! No data, or null, counts as `{}`; unknown keys are ignored; a missing or mistyped one is a [`BadPayload`](crate::BadPayload)
//! that names it. Ids of accounts, conversations and recipients stay text here: whether there is such a one is the
//! engine's to say, and what isn't is `not_found`.

mod authenticate;
mod connect_whatsapp;
mod disconnect_whatsapp;
mod get_connection_status;
mod join_conversation;
mod leave_conversation;
mod send_message;
mod typing;

pub use authenticate::Authenticate;
pub use connect_whatsapp::ConnectWhatsapp;
pub use disconnect_whatsapp::DisconnectWhatsapp;
pub use get_connection_status::GetConnectionStatus;
pub use join_conversation::JoinConversation;
pub use leave_conversation::LeaveConversation;
pub use send_message::SendMessage;
pub use typing::Typing;

use crate::{
    ack::{Done, Queued},
    event::{Authenticated, JoinedConversation, LeftConversation, Status},
    schema::{Component, component},
};

/// The longest id taken, in characters.
pub const MAX_ID: usize = 128;

/// The longest token taken, in characters.
pub const MAX_TOKEN: usize = 16_384;

macro_rules! client_events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal -> $result:ty;)+) => {
        /// The events that clients may emit. Every other name is an `unknown_event`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ClientEvent { $($(#[$doc])* $variant),+ }

        impl ClientEvent {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// What its data looks like, and the result that its acknowledgement holds.
            pub(crate) fn components(self) -> (Component, Component) {
                match self { $(Self::$variant => (component::<$variant>(), component::<$result>())),+ }
            }

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The event of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

client_events! {
    /// [`Authenticate`]
    Authenticate = "authenticate" -> Authenticated;
    /// [`SendMessage`]
    SendMessage = "send_message" -> Queued;
    /// [`JoinConversation`]
    JoinConversation = "join_conversation" -> JoinedConversation;
    /// [`LeaveConversation`]
    LeaveConversation = "leave_conversation" -> LeftConversation;
    /// [`GetConnectionStatus`]
    GetConnectionStatus = "get_connection_status" -> Status;
    /// [`ConnectWhatsapp`]
    ConnectWhatsapp = "connect_whatsapp" -> Status;
    /// [`DisconnectWhatsapp`]
    DisconnectWhatsapp = "disconnect_whatsapp" -> Status;
    /// [`Typing`]
    Typing = "typing" -> Done;
}

//! The small values that events and bodies are made of.

mod id;
mod names;
mod positions;
mod time;

pub use id::Id;
pub use names::{
    Access, ConnectionState, ConversationKind, DeliveryStatus, LinkMethod, MessageType, Origin, ProviderKind, Role,
    TypingState,
};
pub use positions::Positions;
pub use time::Rfc3339;

pub(crate) use id::account;

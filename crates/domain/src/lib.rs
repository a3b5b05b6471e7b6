//! What Switchboard is about, without I/O and without the names of any wire: ids, entities, the order of
//! statuses, addresses and how they join, and the ports that other crates implement.
#![forbid(unsafe_code)]

pub mod access;
pub mod account;
pub mod address;
pub mod clock;
pub mod conversation;
pub mod id;
pub mod message;
pub mod session;
pub mod status;
pub mod user;

pub use access::Access;
pub use account::{Account, AccountSettings, ConnectionState, Position, ProviderKind};
pub use address::{Address, AddressError};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use conversation::{Conversation, ConversationKind, LastMessage};
pub use id::{AccountId, ContactId, ConversationId, IdError, MessageId, UserId};
pub use message::{Message, MessageError, MessageKind, Origin, Sender, SenderKey};
pub use session::{SessionOp, SessionSpace, SessionStore, SessionStoreError};
pub use status::DeliveryStatus;
pub use user::{Role, User};

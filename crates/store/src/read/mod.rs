//! What can be read. Each call is one snapshot of the database, read on a thread of the readers' own.

mod accounts;
mod conversations;
mod messages;
mod outbox;
pub(crate) mod pool;
mod session;
mod users;

pub use accounts::Directory;
pub use conversations::ConversationCursor;
pub use outbox::OutboxItem;
pub use pool::ReadError;

//! The only crate with SQL.
//!
//! Writes are data ([`Write`]); one writer thread owns the connection, runs what has queued up in one transaction,
//! commits once, and only then hands the [`Commit`] to the publisher and answers. A refused write leaves nothing behind
//! and never spoils its neighbours. Reads go to threads of their own.
//!
//! To add a write: a variant of [`Write`], a function in `write/` that checks before it changes anything, an arm in
//! `write::apply`. To add a read: a method on [`Store`] in the file of its table in `read/`. To change the schema: a
//! new file in `migrations/`; those that exist are never changed.
#![forbid(unsafe_code)]

mod lane;
mod late;
mod open;
mod outcome;
mod read;
mod rows;
mod stats;
mod store;
mod write;

pub use open::{OpenError, Options};
pub use outcome::{Answer, Change, Commit, Done, Outcome, Refusal, StatusChange, Ticket};
pub use read::{ConversationCursor, Directory, OutboxItem, ReadError};
pub use stats::Stats;
pub use store::Store;
pub use write::{AccountChange, AddAccount, AddUser, ContactSeen, Inbound, Queue, QueueTarget, Receipt, Write};

//! The only crate with SQL.
//!
//! Writes are data ([`Write`]); one writer thread owns the connection, runs what has queued up in one transaction,
//! each write under its own savepoint, commits once, and only then hands the [`Commit`] to the publisher and answers.
#![forbid(unsafe_code)]

mod change;
mod outcome;

pub use change::{AccountChange, AddAccount, AddUser, ContactSeen, Inbound, Queue, QueueTarget, Receipt, Write};
pub use outcome::{Answer, Change, Commit, Done, Outcome, Refusal, StatusChange, Ticket};

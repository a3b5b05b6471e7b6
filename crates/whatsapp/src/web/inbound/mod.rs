//! What comes in, made into what the engine knows.
//!
//! - [`content`] says what a message is and what can be shown of it; pure.
//! - [`message`] makes a whole message of it, with everybody's addresses.
//! - [`hook`] hands messages over and lets WhatsApp be told "received" only then.
//! - [`news`] hands over receipts, names and typing.

mod content;
mod hook;
mod message;
mod news;

pub(super) use hook::Hook;
pub(super) use news::News;

//! One account's linked device at work.
//!
//! - [`provider`] is what the engine holds.
//! - [`driver`] is the account's task: it starts clients, follows the state machine and carries out what it says.
//! - [`session`] is one client of the library, from its start to its end: the library's clients don't come back.
//! - [`bus`] sorts the library's events.

mod bus;
mod driver;
mod live;
mod provider;
mod session;
mod transport;

pub(crate) use provider::Web;

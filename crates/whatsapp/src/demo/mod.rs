//! The demo account: invented customers who read, type and answer, so that everything can be tried without a phone.
//!
//! - [`people`] says who they are and what they say.
//! - [`script`] chooses what to say; it is pure.
//! - [`customer`] acts it out: delivered, read, typing, answer.
//! - [`provider`] is the account.

mod customer;
mod people;
mod provider;
mod script;

#[cfg(test)]
mod tests;

pub(crate) use provider::{Demo, DemoShared};

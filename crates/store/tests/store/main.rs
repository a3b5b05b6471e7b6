//! The store as its callers see it: writes go in, commits and answers come out, and what was read is what was told.
#![allow(clippy::unwrap_used)]

mod accounts;
mod aliases;
mod batches;
mod contacts;
mod harness;
mod inbound;
mod life;
mod lists;
mod queue;
mod session;
mod status;

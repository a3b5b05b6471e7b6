//! The store as its callers see it: writes go in, commits and answers come out, and what was read is what was told.
#![allow(clippy::unwrap_used)]

mod accounts;
mod harness;
mod inbound;
mod queue;

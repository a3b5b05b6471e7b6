//! The rules, quickly: a real store, a fake provider that does what the test says, an outlet that writes down what is told.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod access;
mod accounts;
mod fake;
mod house;
mod receiving;
mod sending;

//! The only crate that knows WhatsApp.
//!
//! A *provider* brings one account's messages: [`Provider`] is what the engine asks of it, [`ProviderEvents`] what it tells.
//! [`Providers`] makes them. Connecting returns no error: trouble becomes a [`Link`] with a state, a reason and a sentence
//! that a clerk can act on.
//!
//! - `web/` is the linked device, on whatsapp-rust. It is the feature `linked-device`.
//! - `demo/` is an account with three invented customers.
#![forbid(unsafe_code)]

mod config;
mod contract;
mod demo;
mod message_id;
mod providers;
mod tasks;
#[cfg(feature = "linked-device")]
mod web;

// The tests' helpers are shared with the integration tests, which see this crate under its name.
#[cfg(test)]
extern crate self as whatsapp;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;

pub use config::{Config, ConfigError, DemoConfig, Pace, WebConfig};
pub use contract::{
    Accepted, Capability, EventsClosed, Link, Login, Outbound, PersonSeen, Provider, ProviderEvents, Qr,
    ReceiptReceived, Received, SendError, Typing,
};
pub use message_id::fresh_message_id;
pub use providers::{NotSupported, Providers};

//! The only crate that knows WhatsApp.
//!
//! A *provider* brings one account's messages: [`Provider`] is what the engine asks of it, [`ProviderEvents`] what it tells.
//! Connecting returns no error: trouble becomes a [`Link`] with a state, a reason and a sentence that a clerk can act on.
#![forbid(unsafe_code)]

mod contract;

pub use contract::{
    Accepted, Capability, EventsClosed, Link, Login, Outbound, PersonSeen, Provider, ProviderEvents, Qr,
    ReceiptReceived, Received, SendError, Typing,
};

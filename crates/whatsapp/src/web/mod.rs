//! The linked device, on whatsapp-rust.
//!
//! - [`account`] brings one account up and keeps it up.
//! - [`link`] says where its link stands; pure.
//! - [`session`] keeps its keys, over the port of `domain`.
//! - [`inbound`] and [`outbound`] are what comes and goes.

mod account;
mod address;
mod gate;
mod http;
mod inbound;
mod link;
mod outbound;
mod session;
mod shared;

pub(crate) use account::Web;
pub(crate) use shared::WebShared;

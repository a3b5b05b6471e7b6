//! The linked device, on whatsapp-rust.

mod link;
mod session;

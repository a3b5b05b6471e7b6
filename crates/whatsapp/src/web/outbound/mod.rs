//! What goes out.

mod acks;
mod nack;
mod presence;
mod recipient;
mod send;

pub(super) use acks::{Ack, Acks};
pub(super) use presence::{stay_offline, typing};
pub(super) use recipient::Numbers;
pub(super) use send::send;

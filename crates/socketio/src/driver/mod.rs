//! What turns a core into a running shard.

#[cfg(test)]
pub(crate) mod memory;
mod reactor;
mod wires;

pub(crate) use self::reactor::{Reactor, WAKE};

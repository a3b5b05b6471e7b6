//! What turns a core into a running shard.

mod reactor;
mod wires;

pub(crate) use self::reactor::{Reactor, WAKE};

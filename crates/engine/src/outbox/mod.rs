//! Sending what is queued. The table is the queue: a driver loads an account's rows and keeps only what it needs to go on.

mod driver;
mod machine;
mod registry;

pub(crate) use driver::Work;
pub(crate) use registry::{Outboxes, Wanted};

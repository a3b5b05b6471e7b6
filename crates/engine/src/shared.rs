//! What the publisher on the writer's thread shares with the rest of the engine.

use crate::directory::Directory;
use crate::outbox::Outboxes;
use crate::outlet::{Outlet, Refused};
use std::sync::Arc;

/// What the publisher on the writer's thread shares with the rest of the engine.
pub(crate) struct Shared<T> {
    pub(crate) directory: Directory,
    pub(crate) outboxes: Outboxes,
    pub(crate) outlet: Arc<dyn Outlet<T>>,
}

/// A caller's ticket on its way through the stream of commits. A command that is refused beforehand goes the same way,
/// with the refusal in hand, so that answers come in the order asked.
#[derive(Debug)]
pub(crate) struct Slip<T> {
    pub(crate) ticket: T,
    pub(crate) refused: Option<Refused>,
}

impl<T> Slip<T> {
    pub(crate) const fn new(ticket: T) -> Self {
        Self { ticket, refused: None }
    }
}

//! The last step to a linked device: into its queue, and onto the wire with whatever fault is on.

use std::sync::Arc;
use std::time::Duration;

use wacore_binary::{Node, NodeContent};

use crate::wire::stanza;
use crate::world::{Address, Class, FaultKind, World};

/// A message that `reorder` holds back goes out after the next one, at the latest after this time.
const HELD_AT_MOST: Duration = Duration::from_millis(200);

impl World {
    /// Queues a stanza for a device and sends it if the device takes stanzas now.
    pub fn deliver(&mut self, at: Address, class: Class, node: Node) {
        let node = Arc::new(node);
        let Some(device) = self.device(at) else { return };
        let ready = device.ready;
        device.queue.push(class, Arc::clone(&node), ready);
        if ready {
            self.transmit(at, class, node);
        }
    }

    /// Sends a queued stanza on the device's connection.
    pub(crate) fn transmit(&mut self, at: Address, class: Class, node: Arc<Node>) {
        if class != Class::Message {
            return self.write(at, node);
        }
        let node = match self.faults.strike(FaultKind::Corrupt, at.user) {
            Some(_) => Arc::new(damaged(&node)),
            None => node,
        };
        if let Some(held) = self.device(at).and_then(|device| device.held.take()) {
            self.write(at, node);
            return self.write(at, held);
        }
        if self.faults.strike(FaultKind::Reorder, at.user).is_some() {
            return self.hold_back(at, node);
        }
        if self.faults.strike(FaultKind::Duplicate, at.user).is_some() {
            self.write(at, Arc::clone(&node));
        }
        self.write(at, node);
    }

    fn hold_back(&mut self, at: Address, node: Arc<Node>) {
        if let Some(device) = self.device(at) {
            device.held = Some(node);
        }
        self.later(HELD_AT_MOST, move |world| {
            if let Some(held) = world.device(at).and_then(|device| device.held.take()) {
                world.write(at, held);
            }
        });
    }

    fn write(&mut self, at: Address, node: Arc<Node>) {
        let link = self.device(at).and_then(|device| device.link);
        if let Some(link) = link.and_then(|link| self.links.get(&link)) {
            link.send(node);
        }
    }
}

/// A copy of a message with one bit of its ciphertext flipped.
fn damaged(node: &Node) -> Node {
    let mut node = node.clone();
    if let Some(NodeContent::Nodes(children)) = &mut node.content
        && let Some(enc) = children.iter_mut().find(|child| child.tag == "enc")
    {
        let kind = stanza::text(enc, "type").unwrap_or_default();
        if let Some(NodeContent::Bytes(bytes)) = &mut enc.content {
            flip(&kind, bytes);
        }
    }
    node
}

/// Flips a bit where it is noticed as damage of the message: in the MAC that ends it, never in the envelope around it.
pub(super) fn flip(kind: &str, bytes: &mut [u8]) {
    let from_end = if kind == "pkmsg" { 20 } else { 4 };
    if let Some(at) = bytes.len().checked_sub(from_end) {
        bytes[at] ^= 1;
    }
}

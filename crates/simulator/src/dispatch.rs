//! Which stanza of a client goes where.

use std::time::SystemTime;

use wacore_binary::Node;

use crate::wire::stanza;
use crate::world::{Address, Class, LinkId, LinkState, World};

impl World {
    /// Handles one stanza of a client.
    pub fn handle(&mut self, id: LinkId, node: &Node) {
        match self.links.get(&id).map(|link| &link.state) {
            None | Some(LinkState::Greeting) => {}
            Some(LinkState::Unlinked(_)) => self.handle_unlinked(id, node),
            Some(LinkState::Online(at)) => {
                let at = *at;
                if let Some(device) = self.device(at) {
                    device.last_frame = Some(SystemTime::now());
                }
                self.handle_online(id, at, node);
            }
        }
    }

    fn handle_online(&mut self, id: LinkId, at: Address, node: &Node) {
        match node.tag.as_ref() {
            "iq" => self.handle_iq(id, node),
            "message" => self.handle_message(id, at, node),
            "receipt" => self.handle_receipt(id, at, node),
            "ack" => self.handle_ack(at, node),
            "chatstate" => self.handle_chatstate(at, node),
            "presence" => self.handle_presence(at, node),
            "ib" => self.handle_ib(id, at, node),
            _ => self.record_unknown(id, node, "no such stanza"),
        }
    }

    /// An ack settles receipts and notifications. One for a message settles it only as an error: a plain one may be
    /// about a copy that could not be read, and come after the resend left.
    fn handle_ack(&mut self, at: Address, node: &Node) {
        let Some(message) = stanza::text(node, "id") else { return };
        let (class, kind) = (stanza::text(node, "class"), stanza::text(node, "type"));
        let Some(device) = self.device(at) else { return };
        match class.as_deref() {
            Some("message") if node.attrs.contains_key("error") => device.queue.settle_message(&message),
            Some("receipt") => device.queue.settle_other(Class::Receipt, &message, kind.as_deref()),
            Some("notification") => device.queue.settle_other(Class::Notification, &message, kind.as_deref()),
            _ => {}
        }
    }

    fn handle_ib(&mut self, id: LinkId, at: Address, node: &Node) {
        let Some(child) = stanza::children(node).first() else { return };
        match child.tag.as_ref() {
            "offline_batch" => {
                let count = stanza::text(child, "count").and_then(|count| count.parse().ok());
                self.offline_batch(at, count.unwrap_or(100));
            }
            "unified_session" => {}
            _ => self.record_unknown(id, node, "no such information"),
        }
    }
}

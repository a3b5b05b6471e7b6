//! Receipts: what a client confirms leaves its queue and reaches the sender; what a phone confirms reaches all devices.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use crate::time::rfc3339_now;
use crate::wire::stanza::{self, children, jid, text};
use crate::world::{Address, Class, Event, LinkId, UserId, World};

impl World {
    /// A client's receipt: acknowledged always; a retry asks for the message again, any other settles it.
    pub fn handle_receipt(&mut self, link: LinkId, at: Address, node: &Node) {
        let (Some(id), Some(to)) = (text(node, "id"), jid(node, "to")) else {
            return self.record_unknown(link, node, "a receipt without id or recipient");
        };
        let kind = text(node, "type");
        self.send(link, receipt_ack(node, &id, &to));
        if kind.as_deref() == Some("retry") {
            return self.handle_retry(link, at, node, &id, &to);
        }
        let ids = ids(node, id);
        if let Some(device) = self.device(at) {
            ids.iter().for_each(|id| device.queue.settle_message(id));
        }
        match kind.as_deref() {
            None | Some("inactive") => self.client_confirms(at, &to, &ids, "delivered"),
            Some("read") => self.client_confirms(at, &to, &ids, "read"),
            Some("played") => self.client_confirms(at, &to, &ids, "played"),
            // Word about copies of own messages and about what the phone told the device: it stays in the house.
            Some("sender" | "peer_msg" | "hist_sync" | "read-self" | "played-self") => {}
            Some(_) => self.record_unknown(link, node, "no such kind of receipt"),
        }
    }

    fn client_confirms(&mut self, at: Address, author: &Jid, ids: &[String], kind: &str) {
        let Some(author) = self.resolve(author).map(|author| author.user).filter(|author| *author != at.user) else {
            return;
        };
        for id in ids {
            self.note_receipt(author, at, id, kind);
            if let Some(chat) = self.outgoing.get(&(author, id.clone())).cloned() {
                self.receipt_to_devices(author, &chat, std::slice::from_ref(id), kind);
            }
        }
    }

    /// A phone confirms messages of somebody: to that one's phone if it wrote them, and to all its linked devices.
    pub fn phone_confirms(&mut self, user: UserId, author: Address, addressed_as: &Jid, ids: &[String], kind: &str) {
        if author.is_phone() {
            ids.iter().for_each(|id| self.note_receipt(author.user, Address::phone(user), id, kind));
        }
        self.receipt_to_devices(author.user, addressed_as, ids, kind);
    }

    fn note_receipt(&mut self, author: UserId, by: Address, id: &str, kind: &str) {
        let from = self.phones.get(&by.user).map(|phone| phone.e164()).unwrap_or_default();
        if let Some(phone) = self.phones.get_mut(&author)
            && phone.sent.contains_key(id)
        {
            phone.receipts.push(Event {
                from,
                device: by.device,
                message_id: Some(id.to_owned()),
                kind: kind.to_owned(),
                at: rfc3339_now(),
            });
        }
    }

    fn receipt_to_devices(&mut self, author: UserId, from: &Jid, ids: &[String], kind: &str) {
        let devices: Vec<u16> =
            self.phones.get(&author).into_iter().flat_map(|phone| phone.devices.keys().copied()).collect();
        for device in devices {
            if let Some(receipt) = receipt(from, ids, kind) {
                self.deliver(Address { user: author, device }, Class::Receipt, receipt);
            }
        }
    }
}

/// The first id is an attribute, the others are a list.
fn receipt(from: &Jid, ids: &[String], kind: &str) -> Option<Node> {
    let (first, rest) = ids.split_first()?;
    let mut receipt = NodeBuilder::new("receipt").attr("from", from).attr("id", first).attr("t", stanza::now());
    if kind != "delivered" {
        receipt = receipt.attr("type", kind);
    }
    if !rest.is_empty() {
        let items = rest.iter().map(|id| NodeBuilder::new("item").attr("id", id).build());
        receipt = receipt.children([NodeBuilder::new("list").children(items).build()]);
    }
    Some(receipt.build())
}

fn ids(node: &Node, first: String) -> Vec<String> {
    let list = node.get_optional_child("list").map(children).unwrap_or_default();
    std::iter::once(first).chain(list.iter().filter_map(|item| text(item, "id"))).collect()
}

fn receipt_ack(node: &Node, id: &str, from: &Jid) -> Node {
    let mut ack = NodeBuilder::new("ack").attr("class", "receipt").attr("id", id).attr("from", from);
    for key in ["type", "participant"] {
        if let Some(value) = text(node, key) {
            ack = ack.attr(key, value);
        }
    }
    ack.attr("t", stanza::now()).build()
}

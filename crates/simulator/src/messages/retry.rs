//! When a message cannot be decrypted its reader asks for it again; the writer makes a new session and sends it anew.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use super::Arrival;
use crate::signal::Bundle;
use crate::wire::stanza::{self, leaf, text};
use crate::world::{Address, Class, Form, LinkId, UserId, World};

/// So often is a message asked for, and sent, again.
const MOST_RETRIES: u32 = 5;

impl World {
    /// A client asks for a message again: of a phone, which resends it, or of another client, which is told.
    pub(super) fn handle_retry(&mut self, link: LinkId, at: Address, node: &Node, id: &str, to: &Jid) {
        let Some(author) = self.resolve(to) else {
            return self.record_unknown(link, node, "a retry to nobody");
        };
        if !author.is_phone() {
            return self.relay_retry(at, author, node, to);
        }
        let count = node
            .get_optional_child("retry")
            .and_then(|retry| text(retry, "count"))
            .and_then(|count| count.parse().ok());
        let count = count.unwrap_or(1);
        tracing::info!(count, "a client could not decrypt a message and asks for it again");
        if count <= MOST_RETRIES {
            self.resend(author.user, id, at, Bundle::read_retry(node), count);
        }
    }

    fn relay_retry(&mut self, at: Address, author: Address, node: &Node, to: &Jid) {
        let form = Form::of(to).unwrap_or(Form::Lid);
        let Some(from) = self.jid(at, form) else { return };
        let mut receipt = NodeBuilder::new("receipt").attr("from", from).attr("t", stanza::now());
        for key in ["id", "type"] {
            receipt = receipt.attr(key, text(node, key).unwrap_or_default());
        }
        let receipt = receipt.children(stanza::children(node).iter().cloned()).build();
        self.deliver(author, Class::Receipt, receipt);
    }

    /// A phone drops its session with a device and sends a message again over a new one.
    fn resend(&mut self, from: UserId, id: &str, to: Address, keys: Option<Bundle>, count: u32) {
        let Some(bundle) = keys.or_else(|| self.take_bundle(to).map(|(bundle, _)| bundle)) else { return };
        if let Some(phone) = self.phones.get_mut(&from) {
            phone.signal.forget(to);
        }
        match self.begin_session(from, to, &bundle) {
            Ok(()) => self.send_copy(from, id, to, Some(count)),
            Err(error) => tracing::warn!(%error, "a phone could not begin the new session that a retry asks for"),
        }
    }

    /// A phone asks for a message that it could not decrypt.
    pub(super) fn ask_again(&mut self, user: UserId, arrival: &Arrival, error: u8) {
        let Some(phone) = self.phones.get_mut(&user) else { return };
        let retries = phone.retries.entry((arrival.from.user, arrival.id.clone())).or_default();
        *retries += 1;
        let count = *retries;
        if count > MOST_RETRIES {
            return tracing::warn!("a phone has given a message up");
        }
        if arrival.from.is_phone() {
            return self.resend(arrival.from.user, &arrival.id, Address::phone(user), None, count);
        }
        let registration = phone.signal.registration();
        let retry = NodeBuilder::new("retry")
            .attr("v", "1")
            .attr("count", count)
            .attr("id", arrival.id.as_str())
            .attr("t", stanza::now())
            .attr("error", error)
            .build();
        let receipt = NodeBuilder::new("receipt")
            .attr("from", &arrival.addressed_as)
            .attr("id", arrival.id.as_str())
            .attr("type", "retry")
            .attr("t", stanza::now())
            .children([retry, leaf("registration", registration.to_be_bytes())])
            .build();
        self.deliver(arrival.from, Class::Receipt, receipt);
    }
}

//! Messages and what surrounds them: the way from a client to everybody's devices, receipts, retries, typing.

mod incoming;
mod outgoing;
mod presence;
mod receipts;
mod retry;
mod transmit;
mod welcome;

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use crate::wire::stanza::{self, children, jid, text};
use crate::world::{Address, Class, FaultKind, Form, LinkId, UserId, World};

pub use incoming::Arrival;
pub use outgoing::SendError;
pub use presence::Typing;

/// WhatsApp's code for a stanza that it cannot make sense of.
const MALFORMED: u32 = 479;

impl World {
    /// A client sends a message: it is acknowledged first, then given to each device that it was encrypted for.
    pub fn handle_message(&mut self, link: LinkId, at: Address, node: &Node) {
        let (Some(id), Some(to)) = (text(node, "id"), jid(node, "to")) else {
            return self.record_unknown(link, node, "a message without id or recipient");
        };
        let form = Form::of(&to);
        let Some((form, recipient)) = form.and_then(|form| Some((form, self.resolve(&to)?.user))) else {
            self.record_unknown(link, node, "nobody has the address that the message goes to");
            return self.send(link, message_ack(&id, &to, Some(MALFORMED)));
        };
        if let Some(fault) = self.faults.strike(FaultKind::Nack, at.user) {
            return self.send(link, message_ack(&id, &to, fault.code.or(Some(MALFORMED))));
        }
        if self.faults.strike(FaultKind::DropAcks, at.user).is_none() {
            self.send(link, message_ack(&id, &to, None));
        }
        self.outgoing.insert((at.user, id.clone()), to.to_non_ad());
        let parcel = Parcel { node, id, from: at, recipient, form, to };
        for (target, enc) in parcel.targets() {
            self.hand_over(link, &parcel, &target, enc);
        }
    }

    fn hand_over(&mut self, link: LinkId, parcel: &Parcel<'_>, target: &Jid, enc: &Node) {
        let Some(target) = self.resolve(target) else {
            return self.record_unknown(link, parcel.node, "a participant that does not exist");
        };
        if target.is_phone() {
            return self.phone_receives(target.user, parcel.arrival(enc));
        }
        let Some(envelope) = self.envelope(parcel.from, target, parcel.recipient, parcel.form, &parcel.id) else {
            return;
        };
        let identity = parcel.node.get_optional_child("device-identity").cloned();
        let kind = text(parcel.node, "type").unwrap_or_else(|| "text".to_owned());
        let mut node = envelope.attr("type", kind).children(std::iter::once(enc.clone()).chain(identity)).build();
        for key in ["edit", "category"] {
            if let Some(value) = text(parcel.node, key) {
                node.attrs.insert(key, value);
            }
        }
        self.deliver(target, Class::Message, node);
    }

    /// A message as a device of somebody sees it. Its own user's devices see to whom it went.
    fn envelope(&self, from: Address, to: Address, recipient: UserId, form: Form, id: &str) -> Option<NodeBuilder> {
        let (sender, chat) = (self.phones.get(&from.user)?, self.phones.get(&recipient)?);
        let mut message = NodeBuilder::new("message")
            .attr("from", sender.jid(form).with_device(from.device))
            .attr("id", id)
            .attr("t", stanza::now())
            .attr("notify", sender.options.name.as_str());
        if form == Form::Lid {
            message = message.attr("addressing_mode", "lid");
        }
        if from.user == to.user {
            let other = if form == Form::Lid { "peer_recipient_pn" } else { "peer_recipient_lid" };
            return Some(message.attr("recipient", chat.jid(form)).attr(other, chat.jid(form.other())));
        }
        let other = if form == Form::Lid { "sender_pn" } else { "sender_lid" };
        Some(message.attr(other, sender.jid(form.other())))
    }
}

/// A client's message on its way.
struct Parcel<'a> {
    node: &'a Node,
    id: String,
    from: Address,
    recipient: UserId,
    form: Form,
    to: Jid,
}

impl Parcel<'_> {
    /// Which device gets which ciphertext: the participants, or after a retry the one that the message names.
    fn targets(&self) -> Vec<(Jid, &Node)> {
        let participants = self.node.get_optional_child("participants").map(children).unwrap_or_default();
        let listed = participants.iter().filter_map(|to| Some((jid(to, "jid")?, to.get_optional_child("enc")?)));
        let direct = self.node.get_optional_child("enc").map(|enc| (self.to.clone(), enc));
        listed.chain(direct).collect()
    }

    fn arrival(&self, enc: &Node) -> Arrival {
        Arrival {
            from: self.from,
            id: self.id.clone(),
            kind: text(enc, "type").unwrap_or_default(),
            bytes: stanza::content(enc).to_vec(),
            addressed_as: self.to.to_non_ad(),
            peer: text(self.node, "category").as_deref() == Some("peer"),
        }
    }
}

fn message_ack(id: &str, from: &Jid, error: Option<u32>) -> Node {
    let ack =
        NodeBuilder::new("ack").attr("class", "message").attr("id", id).attr("from", from).attr("t", stanza::now());
    match error {
        Some(code) => ack.attr("error", code).build(),
        None => ack.build(),
    }
}

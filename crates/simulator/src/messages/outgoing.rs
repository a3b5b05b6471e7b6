//! A phone sends: one ciphertext for each device of the recipient, and a copy for each linked device of its own.

use std::sync::Arc;

use thiserror::Error;
use wacore::messages::MessageUtils;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::buffa::MessageField;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::DeviceSentMessage;

use super::Arrival;
use crate::signal::{Bundle, Sealed, SignalError};
use crate::wire::stanza::leaf;
use crate::world::{Address, Class, Form, Sent, UserId, World};

/// Why a phone could not write to a device.
#[derive(Debug, Error)]
pub enum SendError {
    /// The device is gone.
    #[error("the device has no keys")]
    NoKeys,
    /// Its keys are of no use.
    #[error(transparent)]
    Signal(#[from] SignalError),
}

impl World {
    /// A phone sends a text. Answers with the message's id once it is queued for every device.
    pub fn phone_sends_text(&mut self, from: UserId, to: UserId, text: &str) -> String {
        self.phone_sends(from, to, Message { conversation: Some(text.to_owned()), ..Default::default() })
    }

    /// A phone sends any message.
    pub fn phone_sends(&mut self, from: UserId, to: UserId, message: Message) -> String {
        let id = self.random_id("3A", 18);
        let mut targets = vec![Address::phone(to)];
        for user in [to, from] {
            let devices = self.phones.get(&user).map(|phone| phone.devices.keys().copied().collect::<Vec<_>>());
            targets.extend(devices.into_iter().flatten().map(|device| Address { user, device }));
        }
        if let Some(phone) = self.phones.get_mut(&from) {
            phone.sent.insert(id.clone(), Sent { to, message, peer: false });
        }
        for target in targets {
            self.send_copy(from, &id, target, None);
        }
        id
    }

    /// A phone tells its own linked device something that is no message: a peer message.
    pub(super) fn phone_tells_device(&mut self, at: Address, message: Message) {
        let id = self.random_id("3A", 18);
        if let Some(phone) = self.phones.get_mut(&at.user) {
            phone.sent.insert(id.clone(), Sent { to: at.user, message, peer: true });
        }
        self.send_copy(at.user, &id, at, None);
    }

    /// Encrypts a sent message for one device and gives it to it; `count` says which attempt it is.
    pub(super) fn send_copy(&mut self, from: UserId, id: &str, target: Address, count: Option<u32>) {
        let Some(sent) = self.phones.get(&from).and_then(|phone| phone.sent.get(id)).cloned() else { return };
        let plain = self.plain_for(&sent, from, target);
        match self.seal(from, target, &plain) {
            Ok(sealed) => self.hand_to(from, id, &sent, target, sealed, count),
            Err(error) => tracing::warn!(%error, "a phone could not encrypt for a device"),
        }
    }

    fn plain_for(&self, sent: &Sent, from: UserId, target: Address) -> Vec<u8> {
        if target.user != from || sent.peer {
            return MessageUtils::encode_and_pad(&sent.message);
        }
        let destination = self.phones.get(&sent.to).map(|chat| chat.jid(chat.options.form).to_string());
        let copy = DeviceSentMessage {
            destination_jid: destination,
            message: MessageField::some(sent.message.clone()),
            ..Default::default()
        };
        MessageUtils::encode_and_pad(&Message { device_sent_message: MessageField::some(copy), ..Default::default() })
    }

    fn seal(&mut self, from: UserId, target: Address, plain: &[u8]) -> Result<Sealed, SendError> {
        let has_session = self.phones.get(&from).is_some_and(|phone| phone.signal.has_session(target));
        if !has_session {
            let (bundle, _) = self.take_bundle(target).ok_or(SendError::NoKeys)?;
            self.begin_session(from, target, &bundle)?;
        }
        let phone = self.phones.get_mut(&from).ok_or(SendError::NoKeys)?;
        Ok(phone.signal.encrypt(target, plain)?)
    }

    pub(super) fn begin_session(&mut self, from: UserId, with: Address, bundle: &Bundle) -> Result<(), SendError> {
        let phone = self.phones.get_mut(&from).ok_or(SendError::NoKeys)?;
        Ok(phone.signal.begin(with, bundle, &mut self.rng)?)
    }

    fn hand_to(&mut self, from: UserId, id: &str, sent: &Sent, target: Address, sealed: Sealed, count: Option<u32>) {
        let form = self.form_towards(from, sent.to, target);
        if target.is_phone() {
            let Some(addressed_as) = self.jid(Address::phone(target.user), form) else { return };
            let kind = sealed.kind.to_owned();
            let (from, id) = (Address::phone(from), id.to_owned());
            return self.phone_receives(
                target.user,
                Arrival { from, id, kind, bytes: sealed.bytes, addressed_as, peer: false },
            );
        }
        let Some(node) = self.message_for(from, id, sent, target, form, enc(sealed, count)) else { return };
        if count.is_none() {
            return self.deliver(target, Class::Message, node);
        }
        let node = Arc::new(node);
        let ready = self.device(target).is_some_and(|device| {
            if !device.queue.replace_message(id, &node) {
                device.queue.push(Class::Message, Arc::clone(&node), device.ready);
            }
            device.ready
        });
        if ready {
            self.transmit(target, Class::Message, node);
        }
    }

    fn message_for(&self, from: UserId, id: &str, sent: &Sent, to: Address, form: Form, enc: Node) -> Option<Node> {
        let from = Address::phone(from);
        if sent.peer {
            let phone = self.phones.get(&from.user)?;
            let message = NodeBuilder::new("message").attr("from", phone.jid(Form::Phone)).attr("id", id);
            let message = message.attr("t", crate::wire::stanza::now()).attr("type", "text").attr("category", "peer");
            return Some(message.attr("notify", phone.options.name.as_str()).children([enc]).build());
        }
        Some(self.envelope(from, to, sent.to, form, id)?.attr("type", "text").children([enc]).build())
    }

    /// A message shows its sender in the sender's form; copies for own devices show the chat in the chat's form.
    fn form_towards(&self, from: UserId, to: UserId, target: Address) -> Form {
        let shown = if target.user == from || target.is_phone() { to } else { from };
        self.phones.get(&shown).map_or(Form::Lid, |phone| phone.options.form)
    }
}

fn enc(sealed: Sealed, count: Option<u32>) -> Node {
    let mut enc = leaf("enc", sealed.bytes);
    enc.attrs.insert("v", "2");
    enc.attrs.insert("type", sealed.kind);
    if let Some(count) = count {
        enc.attrs.insert("count", count);
    }
    enc
}

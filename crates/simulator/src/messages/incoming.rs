//! A phone gets a message: it decrypts it, notes it, confirms it, and does what its owner would do.

use wacore::messages::MessageUtils;
use wacore_binary::Jid;
use waproto::whatsapp::Message;
use waproto::whatsapp::message::protocol_message::Type;

use super::transmit::flip;
use crate::signal::SignalError;
use crate::time::rfc3339_now;
use crate::world::{Address, FaultKind, Received, Unknown, UserId, World};

/// A ciphertext for a phone.
pub struct Arrival {
    /// The device that encrypted it.
    pub from: Address,
    /// The message's id.
    pub id: String,
    /// `msg` or `pkmsg`.
    pub kind: String,
    /// The ciphertext.
    pub bytes: Vec<u8>,
    /// The address that the sender used for the recipient.
    pub addressed_as: Jid,
    /// Whether it is a device's word to its own phone, and no message.
    pub peer: bool,
}

impl World {
    /// Gives a phone what arrived for it, or keeps it while the phone is switched off.
    pub fn phone_receives(&mut self, user: UserId, mut arrival: Arrival) {
        let linked = self.phones.get(&user).is_some_and(|phone| !phone.devices.is_empty());
        if self.faults.is_on(FaultKind::Offline, Some(user)) {
            if let Some(phone) = self.phones.get_mut(&user) {
                phone.waiting.push_back(arrival);
            }
            return;
        }
        // The fault is meant for the linked devices of a phone that has some.
        if !linked && self.faults.strike(FaultKind::Corrupt, user).is_some() {
            flip(&arrival.kind, &mut arrival.bytes);
        }
        let Some(phone) = self.phones.get_mut(&user) else { return };
        match phone.signal.decrypt(arrival.from, &arrival.kind, &arrival.bytes, &mut self.rng) {
            Ok(plain) => self.phone_reads(user, arrival, &plain),
            Err(SignalError::Duplicate) => self.phone_confirms_again(user, &arrival),
            Err(error) => {
                tracing::info!(%error, "a phone could not decrypt a message and asks for it again");
                self.ask_again(user, &arrival, error.retry_code());
            }
        }
    }

    /// Hands out what waited while phones were switched off, in order.
    pub fn phones_switched_on(&mut self) {
        let users: Vec<UserId> = self.phones.keys().copied().collect();
        for user in
            users.into_iter().filter(|user| !self.faults.is_on(FaultKind::Offline, Some(*user))).collect::<Vec<_>>()
        {
            let waiting = self.phones.get_mut(&user).map(|phone| std::mem::take(&mut phone.waiting));
            for arrival in waiting.into_iter().flatten() {
                self.phone_receives(user, arrival);
            }
        }
    }

    fn phone_reads(&mut self, user: UserId, arrival: Arrival, plain: &[u8]) {
        if arrival.peer {
            return;
        }
        let message =
            MessageUtils::unpad_message_ref(plain, 2).ok().and_then(|plain| waproto::codec::message_decode(plain).ok());
        let Some(message) = message else {
            return self.record_garbage(user, "a decrypted message is no padded protobuf");
        };
        let (message, destination) = unwrap_copy(message);
        let from_me = arrival.from.user == user;
        if from_me != destination.is_some() {
            return self
                .record_garbage(user, "copies for own devices, and only they, are wrapped in deviceSentMessage");
        }
        let (kind, text) = read(&message);
        let number = |who: UserId| self.phones.get(&who).map(|phone| phone.e164());
        let received = Received {
            message_id: arrival.id.clone(),
            from: number(arrival.from.user).unwrap_or_default(),
            to: destination.and_then(|jid| self.resolve(&jid.parse().ok()?)).and_then(|at| number(at.user)),
            from_me,
            kind,
            text: text.clone(),
            received_at: rfc3339_now(),
            deliveries: 1,
            sender: arrival.from,
            addressed_as: arrival.addressed_as.clone(),
        };
        let Some(phone) = self.phones.get_mut(&user) else { return };
        let first = phone.note(received);
        if from_me {
            return;
        }
        let (reads, echo) = (phone.options.reads, phone.options.echo);
        self.phone_confirms(user, arrival.from, &arrival.addressed_as, std::slice::from_ref(&arrival.id), "delivered");
        if reads {
            self.phone_confirms(user, arrival.from, &arrival.addressed_as, &[arrival.id], "read");
        }
        // Two echoes would talk for ever.
        let to_echo = self.phones.get(&arrival.from.user).is_some_and(|sender| sender.options.echo);
        if let (true, true, false, "text", Some(text)) = (first, echo, to_echo, kind, text) {
            self.phone_sends_text(user, arrival.from.user, &text);
        }
    }

    fn phone_confirms_again(&mut self, user: UserId, arrival: &Arrival) {
        if let Some(phone) = self.phones.get_mut(&user)
            && let Some(at) = phone.known.get(&(arrival.from.user, arrival.id.clone()))
        {
            phone.received[*at].deliveries += 1;
        }
        self.phone_confirms(user, arrival.from, &arrival.addressed_as, std::slice::from_ref(&arrival.id), "delivered");
    }

    fn record_garbage(&mut self, user: UserId, why: &str) {
        let phone = self.phones.get(&user).map(|phone| phone.e164());
        tracing::warn!(why, "a phone got something that no client should send");
        let unknown =
            Unknown { phone, tag: "message".into(), r#type: None, xmlns: None, child: None, why: why.to_owned() };
        self.unknown.push(unknown);
    }
}

/// Takes a copy for own devices out of its wrapper, with the address that it went to.
fn unwrap_copy(mut message: Message) -> (Message, Option<String>) {
    match std::mem::take(&mut message.device_sent_message).into_option() {
        Some(copy) => (copy.message.into_option().unwrap_or_default(), copy.destination_jid),
        None => (message, None),
    }
}

/// What kind of message it is, and its text.
fn read(message: &Message) -> (&'static str, Option<String>) {
    if let Some(text) = text_of(message) {
        return ("text", Some(text));
    }
    if let Some(reaction) = message.reaction_message.as_option() {
        return ("reaction", reaction.text.clone());
    }
    match message.protocol_message.as_option() {
        Some(protocol) if protocol.r#type == Some(Type::REVOKE) => ("revoke", None),
        Some(protocol) if protocol.r#type == Some(Type::MESSAGE_EDIT) => {
            ("edit", protocol.edited_message.as_option().and_then(text_of))
        }
        _ => ("other", None),
    }
}

fn text_of(message: &Message) -> Option<String> {
    let extended = message.extended_text_message.as_option().and_then(|extended| extended.text.clone());
    message.conversation.clone().or(extended)
}

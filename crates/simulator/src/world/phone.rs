//! A phone: a person with a number, a Signal identity, perhaps linked devices, and a memory of what came.

use std::collections::{BTreeMap, HashMap, VecDeque};

use rand::rngs::StdRng;
use serde::Serialize;
use wacore_binary::Jid;

use super::{Address, Device, Form, UserId};
use crate::signal::Signal;

/// What a phone is made with.
#[derive(Clone, Debug)]
pub struct PhoneOptions {
    /// The name it shows to others.
    pub name: String,
    /// How it appears to others, and how its own linked devices address people.
    pub form: Form,
    /// Whether it answers every text with the same text.
    pub echo: bool,
    /// Whether it reads all it gets.
    pub reads: bool,
}

/// A message that a phone has received and decrypted.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// WhatsApp's id, unique together with `from`.
    pub message_id: String,
    /// The sender's number, E.164.
    pub from: String,
    /// For a copy of what an own device sent: to whom, E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether it is such a copy.
    pub from_me: bool,
    /// `text`, `reaction`, `edit`, `revoke` or `other`.
    pub kind: &'static str,
    /// The text, the emoji or the new text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// RFC 3339.
    pub received_at: String,
    /// How often that id arrived.
    pub deliveries: u32,
    /// The sender, for receipts.
    #[serde(skip)]
    pub sender: Address,
    /// The address that the sender used: receipts come from it.
    #[serde(skip)]
    pub addressed_as: Jid,
}

/// What else happened to a phone: receipts about its messages, typing, presence.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Who did it, E.164.
    pub from: String,
    /// With which device: 0 is the phone, others are linked.
    pub device: u16,
    /// Of a receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// `delivered`, `read`, `played`; or `composing`, `recording`, `paused`.
    pub kind: String,
    /// RFC 3339.
    pub at: String,
}

/// A message that this phone sent, kept for retries.
#[derive(Clone)]
pub struct Sent {
    /// To whom.
    pub to: UserId,
    /// The protobuf, without padding; empty for a peer message to an own device.
    pub message: waproto::whatsapp::Message,
    /// Whether it was a peer message (`category="peer"`).
    pub peer: bool,
}

/// A person's phone.
pub struct Phone {
    /// Who.
    pub id: UserId,
    /// Digits, no plus.
    pub number: String,
    /// The LID's digits.
    pub lid: String,
    /// As made.
    pub options: PhoneOptions,
    /// Keys and sessions.
    pub signal: Signal,
    /// The account's id inside device lists; constant, a change makes clients drop sessions.
    pub raw_id: u32,
    /// Linked devices, by number.
    pub devices: BTreeMap<u16, Device>,
    /// The number that the next linked device gets; never used twice.
    pub next_device: u16,
    /// All it has received and decrypted.
    pub received: Vec<Received>,
    /// Where in `received` a message is.
    pub known: HashMap<(UserId, String), usize>,
    /// How often it has asked for a message again.
    pub retries: HashMap<(UserId, String), u32>,
    /// What it has sent.
    pub sent: HashMap<String, Sent>,
    /// Receipts about what it has sent.
    pub receipts: Vec<Event>,
    /// Who was seen typing.
    pub typing: Vec<Event>,
    /// What waits while the phone is switched off.
    pub waiting: VecDeque<crate::messages::Arrival>,
}

impl Phone {
    pub(super) fn new(id: UserId, number: String, lid: String, options: PhoneOptions, rng: &mut StdRng) -> Self {
        Self {
            id,
            number,
            lid,
            options,
            signal: Signal::generate(rng),
            raw_id: rand::RngExt::random(rng),
            devices: BTreeMap::new(),
            next_device: 1,
            received: Vec::new(),
            known: HashMap::new(),
            retries: HashMap::new(),
            sent: HashMap::new(),
            receipts: Vec::new(),
            typing: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Its address in that form.
    pub fn jid(&self, form: Form) -> Jid {
        match form {
            Form::Phone => Jid::pn(self.number.as_str()),
            Form::Lid => Jid::lid(self.lid.as_str()),
        }
    }

    /// Its number with a plus.
    pub fn e164(&self) -> String {
        format!("+{}", self.number)
    }

    /// Notes a message; says whether it is the first with this id.
    pub fn note(&mut self, message: Received) -> bool {
        let key = (message.sender.user, message.message_id.clone());
        if let Some(at) = self.known.get(&key) {
            self.received[*at].deliveries += 1;
            return false;
        }
        self.known.insert(key, self.received.len());
        self.received.push(message);
        true
    }
}

//! What one socket should get: each step of its account's `seq`, and each sender's messages in order.

use crate::sequence::{Seen, Sequence};

pub(crate) struct Member {
    pub(crate) account: String,
    /// From the position in `authenticated`, or from the first event where that named none.
    steps: Option<Sequence>,
    messages: Vec<Sequence>,
    /// The `seq` of a `conversation_updated` that came last: a message that opens a conversation comes behind it under the same.
    opened: Option<u64>,
}

/// What a sequenced event tells of.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Kind {
    Message,
    Conversation,
    Other,
}

impl Member {
    /// One who sees `account`, in which `senders` write.
    pub(crate) fn new(account: &str, senders: usize) -> Self {
        Self { account: account.to_owned(), steps: None, messages: vec![Sequence::default(); senders], opened: None }
    }

    /// The next event has the `seq` after this one.
    pub(crate) fn begins_after(&mut self, seq: u64) {
        self.steps = Some(Sequence::expecting(seq + 1));
    }

    /// An event with this `seq` came.
    pub(crate) fn step(&mut self, kind: Kind, seq: u64) -> Seen {
        let opened = std::mem::replace(&mut self.opened, (kind == Kind::Conversation).then_some(seq));
        if kind == Kind::Message && opened == Some(seq) {
            return Seen::Next;
        }
        self.steps.get_or_insert_with(|| Sequence::expecting(seq)).see(seq)
    }

    /// A message came: this number of the sender who has this place among those of the account.
    pub(crate) fn message(&mut self, place: usize, number: u64) -> Seen {
        self.messages[place].see(number)
    }

    /// How many of the first `sent` messages of a sender have not come.
    pub(crate) fn lacking(&self, place: usize, sent: u64) -> u64 {
        self.messages[place].lacking(sent)
    }

    /// How many steps of `seq` were jumped over and never came.
    pub(crate) fn gaps(&self) -> u64 {
        self.steps.as_ref().map_or(0, Sequence::gaps)
    }
}

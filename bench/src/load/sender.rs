//! One who sends: what is under way, when each message left, and the order of the acknowledgements.

use std::io::Write as _;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::client::{Link, Nanos};
use crate::sequence::{Seen, Sequence};

/// The sends of one user. Message `n` goes out under acknowledgement id `n` and `clientId` `{run}.{sender}.{n}`.
pub(crate) struct Sender {
    pub(crate) socket: usize,
    /// When each message was written, by its number.
    pub(crate) sent_at: Vec<Nanos>,
    pub(crate) acked: u64,
    account: String,
    to: String,
    /// What precedes the message's number in every send, once the conversation is known.
    head: Vec<u8>,
    acks: Sequence,
    scratch: Vec<u8>,
}

/// What an acknowledgement told.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Acked {
    InOrder,
    /// Others that were sent later came first.
    Overtaken,
    Twice,
}

impl Sender {
    pub(crate) fn new(socket: usize, account: &str, to: &str, client_id: &str) -> Self {
        let mut sender = Self {
            socket,
            sent_at: Vec::new(),
            acked: 0,
            account: account.to_owned(),
            to: to.to_owned(),
            head: Vec::new(),
            acks: Sequence::default(),
            scratch: Vec::new(),
        };
        sender.compose(None, client_id);
        sender
    }

    /// Names the conversation in all further sends, as a client does that has the chat open.
    pub(crate) fn learn_conversation(&mut self, ack: &[u8], client_id: &str) -> Result<()> {
        let ack: Value = serde_json::from_slice(ack).context("the acknowledgement is no JSON")?;
        let id = ack["conversationId"].as_str().context("the acknowledgement has no conversationId")?;
        self.compose(Some(id), client_id);
        Ok(())
    }

    fn compose(&mut self, conversation: Option<&str>, client_id: &str) {
        let mut data = json!({
            "accountId": self.account,
            "to": self.to,
            "message": "Your order has left our warehouse and arrives tomorrow.",
        });
        if let Some(id) = conversation {
            data["conversationId"] = json!(id);
        }
        let fields = data.to_string();
        let fields = fields.trim_end_matches('}');
        self.head = format!(r#"["send_message",{fields},"clientId":"{client_id}."#).into_bytes();
    }

    /// Sends the next message.
    pub(crate) fn send(&mut self, link: &mut Link<'_>, now: Nanos) {
        let number = self.sent_at.len();
        self.sent_at.push(now);
        self.scratch.clear();
        // Writing to a Vec cannot fail.
        let _ = write!(self.scratch, "42{number}");
        self.scratch.extend_from_slice(&self.head);
        let _ = write!(self.scratch, "{number}\"}}]");
        link.send(&self.scratch);
    }

    /// Takes the acknowledgement with this id. Ids that were never sent are the caller's to refuse.
    pub(crate) fn acked(&mut self, id: u64) -> Acked {
        let seen = self.acks.see(id);
        self.acked += u64::from(seen != Seen::Again);
        match seen {
            Seen::Next | Seen::Jump => Acked::InOrder,
            Seen::Late => Acked::Overtaken,
            Seen::Again => Acked::Twice,
        }
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent_at.len() as u64
    }
}

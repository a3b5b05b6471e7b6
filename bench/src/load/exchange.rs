//! Senders keep a number of messages in flight; every socket checks what it gets.

use anyhow::{Context, Result};
use serde_json::Value;

use super::fleet::Work;
use super::member::{Kind, Member};
use super::sender::{Acked, Sender};
use super::tally::Tally;
use crate::client::{Field, Link, Nanos, Packet, number};
use crate::plan::Plan;

/// The state of a load of sends and deliveries.
pub(crate) struct Exchange {
    pub(crate) tally: Tally,
    pub(crate) senders: Vec<Sender>,
    members: Vec<Member>,
    /// The sender at each socket.
    sender_at: Vec<Option<usize>>,
    /// Each sender's place among those of its account, and how many sockets see that account.
    place: Vec<(usize, u64)>,
    in_flight: usize,
    sending: bool,
    /// How many messages each sender sends, if that is what ends the load.
    limit: Option<u64>,
    run: String,
    fields: Fields,
}

struct Fields {
    ok: Field,
    seq: Field,
    account: Field,
    client: Field,
}

impl Exchange {
    /// An exchange among the users of `plan`, one socket each. `run` tells its messages from those of an earlier run.
    pub(crate) fn new(plan: &Plan, in_flight: usize, limit: Option<u64>, run: &str) -> Self {
        let account_of = |sender: usize| &plan.users[plan.senders[sender].user].account_id;
        let beside = |sender: usize| (0..sender).filter(move |&s| account_of(s) == account_of(sender));
        let seeing = |account: &str| plan.users.iter().filter(|user| user.account_id == account).count();
        let sending = |account: &str| (0..plan.senders.len()).filter(|&s| account_of(s) == account).count();
        let place = (0..plan.senders.len()).map(|s| (beside(s).count(), seeing(account_of(s)) as u64));
        let members = plan.users.iter().map(|user| Member::new(&user.account_id, sending(&user.account_id)));
        let mut sender_at = vec![None; plan.users.len()];
        for (sender, planned) in plan.senders.iter().enumerate() {
            sender_at[planned.user] = Some(sender);
        }
        let senders = plan.senders.iter().enumerate().map(|(sender, planned)| {
            let client_id = format!("{run}.{sender}");
            Sender::new(planned.user, account_of(sender), &planned.to, &client_id)
        });
        Self {
            tally: Tally::default(),
            senders: senders.collect(),
            members: members.collect(),
            sender_at,
            place: place.collect(),
            in_flight,
            sending: false,
            limit,
            run: run.to_owned(),
            fields: Fields {
                ok: Field::new("ok"),
                seq: Field::new("seq"),
                account: Field::new("accountId"),
                client: Field::new("clientId"),
            },
        }
    }

    /// Sends one message of this sender: the one that makes its conversation.
    pub(crate) fn send_one(&mut self, sender: usize, link: &mut Link<'_>, now: Nanos) {
        self.senders[sender].send(link, now);
        self.tally.sent(self.place[sender].1);
    }

    /// From now on this sender keeps its messages in flight.
    pub(crate) fn fill(&mut self, sender: usize, link: &mut Link<'_>, now: Nanos) {
        self.sending = true;
        while self.may_send(sender) {
            self.send_one(sender, link, now);
        }
    }

    /// Nothing more is sent.
    pub(crate) fn stop(&mut self) {
        self.sending = false;
    }

    /// Whether every sender has sent as many as it should and all of it has arrived.
    pub(crate) fn settled(&self) -> bool {
        self.tally.settled() && (!self.sending || self.unsent() == 0)
    }

    /// How many messages the senders still have to send; 0 where time alone ends the load.
    pub(crate) fn unsent(&self) -> u64 {
        let left = |limit: u64| self.senders.iter().map(move |sender| limit.saturating_sub(sender.sent())).sum();
        self.limit.map_or(0, left)
    }

    /// Numbers that a socket never got: messages of a sender, and steps of an account's `seq`.
    pub(crate) fn missing(&self) -> (u64, u64) {
        let messages = self.members.iter().flat_map(|member| {
            let senders = self.senders.iter().zip(&self.place);
            let same = senders.filter(|(sender, _)| self.members[sender.socket].account == member.account);
            same.map(|(sender, &(place, _))| member.lacking(place, sender.sent()))
        });
        let steps = self.members.iter().map(Member::gaps);
        (messages.sum(), steps.sum())
    }

    fn may_send(&self, sender: usize) -> bool {
        let sender = &self.senders[sender];
        let under_way = sender.sent() - sender.acked;
        self.sending && under_way < self.in_flight as u64 && self.limit.is_none_or(|limit| sender.sent() < limit)
    }

    fn ack(&mut self, link: &mut Link<'_>, id: u64, args: &[u8], now: Nanos) {
        let Some(sender) = self.sender_at[link.socket].filter(|&s| id < self.senders[s].sent()) else {
            return self.tally.fault(format!("socket {}: an ack of {id}, which was never sent", link.socket));
        };
        let latency = now.saturating_sub(self.senders[sender].sent_at[id as usize]);
        match self.senders[sender].acked(id) {
            Acked::InOrder => self.tally.acked(latency),
            Acked::Overtaken => self.tally.overtaken_ack(latency),
            Acked::Twice => self.tally.fault(format!("socket {}: ack {id} came twice", link.socket)),
        }
        if !self.fields.ok.is_true(args) {
            self.tally.refused(link.socket, args);
        } else if id == 0 {
            self.learn_conversation(sender, args);
        }
        while self.may_send(sender) {
            self.send_one(sender, link, now);
        }
    }

    fn learn_conversation(&mut self, sender: usize, ack: &[u8]) {
        let client_id = format!("{}.{sender}", self.run);
        if let Err(error) = self.senders[sender].learn_conversation(ack, &client_id) {
            self.tally.fault(format!("{error:#}"));
        }
    }

    /// Checks that the event is of the socket's own account and next in its `seq`.
    fn sequenced(&mut self, socket: usize, kind: Kind, args: &[u8]) -> bool {
        let member = &mut self.members[socket];
        if self.fields.account.string(args) != Some(member.account.as_bytes()) {
            self.tally.fault(format!("socket {socket}: an event of another account, or of none"));
            return false;
        }
        let Some(seq) = self.fields.seq.number(args) else {
            self.tally.fault(format!("socket {socket}: an event without seq"));
            return false;
        };
        self.tally.step(member.step(kind, seq));
        true
    }

    fn delivered(&mut self, socket: usize, args: &[u8], now: Nanos) {
        if !self.sequenced(socket, Kind::Message, args) {
            return;
        }
        let id = self.fields.client.string(args);
        let Some((sender, message)) = id.and_then(|id| client_id(id, &self.run)) else {
            return self.tally.other();
        };
        let known = self.senders.get(sender).and_then(|sender| sender.sent_at.get(message as usize));
        let Some(sent_at) = known else {
            return self.tally.fault(format!("socket {socket}: message {sender}.{message}, which was never sent"));
        };
        let seen = self.members[socket].message(self.place[sender].0, message);
        self.tally.delivered(seen, now.saturating_sub(*sent_at));
    }
}

impl Work for Exchange {
    fn signed_in(&mut self, socket: usize, authenticated: &[u8]) {
        match position(authenticated, &self.members[socket].account) {
            Ok(Some(position)) => self.members[socket].begins_after(position),
            Ok(None) => {}
            Err(error) => self.tally.fault(format!("socket {socket}: {error:#}")),
        }
    }

    fn packet(&mut self, link: &mut Link<'_>, packet: Packet<'_>, now: Nanos) {
        match packet {
            Packet::Event { name: b"new_message", args } => self.delivered(link.socket, args, now),
            Packet::Ack { id, args } => self.ack(link, id, args, now),
            Packet::Event { name: b"conversation_updated", args } => {
                self.sequenced(link.socket, Kind::Conversation, args);
                self.tally.other();
            }
            Packet::Event { name: b"message_status" | b"message_updated", args } => {
                self.sequenced(link.socket, Kind::Other, args);
                self.tally.other();
            }
            Packet::Event { name: b"message_send_error" | b"error" | b"auth_error", args } => {
                self.tally.refused(link.socket, args);
            }
            _ => self.tally.other(),
        }
    }
}

/// The sender and number in a `clientId` of this run.
fn client_id(id: &[u8], run: &str) -> Option<(usize, u64)> {
    let rest = id.strip_prefix(run.as_bytes())?.strip_prefix(b".")?;
    let (sender, rest) = number(rest)?;
    let (message, end) = number(rest.strip_prefix(b".")?)?;
    end.is_empty().then_some((sender as usize, message))
}

/// The `seq` in the account's position, where `authenticated` has one.
fn position(authenticated: &[u8], account: &str) -> Result<Option<u64>> {
    let data: Value = serde_json::from_slice(authenticated).context("authenticated is no JSON")?;
    let Some(position) = data["positions"][account].as_str() else {
        return Ok(None);
    };
    let seq = position.rsplit_once('.').and_then(|(_, seq)| seq.parse().ok());
    let seq = seq.with_context(|| format!("{position:?} is no position"))?;
    Ok(Some(seq))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::sequence::Seen;

    #[test]
    fn a_client_id_of_another_run_is_none() {
        assert_eq!(client_id(b"1f.3.12", "1f"), Some((3, 12)));
        assert_eq!(client_id(b"1e.3.12", "1f"), None);
        assert_eq!(client_id(b"1f.3.12x", "1f"), None);
        assert_eq!(client_id(b"1f.3", "1f"), None);
    }

    #[test]
    fn a_position_is_read_from_authenticated() {
        let data = br#"{"userId":"u","positions":{"a":"3f.17"}}"#;
        assert_eq!(position(data, "a").unwrap(), Some(17));
        assert_eq!(position(data, "b").unwrap(), None);
        assert!(position(br#"{"positions":{"a":"x"}}"#, "a").is_err());
    }

    #[test]
    fn seen_again_is_no_delivery() {
        let mut tally = Tally::default();
        tally.sent(2);
        tally.delivered(Seen::Next, 5);
        tally.delivered(Seen::Again, 5);
        tally.acked(5);
        assert!(!tally.settled());
        tally.delivered(Seen::Next, 5);
        assert!(tally.settled());
    }
}

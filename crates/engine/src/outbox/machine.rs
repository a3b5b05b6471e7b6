//! The rules of one account's outbox, without I/O: `step(state, input, now) -> effects`.
//!
//! Within a conversation messages go out in the order queued, one in flight; a later one waits until the earlier is sent,
//! failed or expired. Conversations don't wait for each other. What could not be sent is tried again with backoff, and at
//! once when the account comes up.

use domain::{ConversationId, MessageId, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// How many conversations of one account send at the same time.
const IN_FLIGHT: usize = 16;
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(60);

/// A queued message, as far as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) id: MessageId,
    pub(crate) conversation: ConversationId,
    pub(crate) provider_id: String,
    pub(crate) text: String,
    pub(crate) queued_at: Timestamp,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Input {
    /// A message was queued. Told in id order; told twice is harmless.
    Queued(Queued),
    /// The account takes messages.
    Up,
    /// The account takes none.
    Down,
    /// A message in flight was settled: sent or refused for good, and recorded.
    Settled(MessageId),
    /// A message in flight did not get through; the jitter is a share of the delay, from 0 to 1.
    Again { id: MessageId, jitter: f64 },
    /// The time asked for came.
    Tick,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Hand it to the provider; it is in flight until `Settled` or `Again`.
    Send(Queued),
    /// Record it as expired; it is in flight until `Settled`.
    Expire(MessageId),
}

/// One conversation's queue; the first is the one in flight, if one is.
#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Queued>,
    in_flight: bool,
    attempts: u32,
    not_before: Option<Timestamp>,
}

/// An account's outbox.
#[derive(Debug)]
pub(crate) struct Machine {
    lanes: HashMap<ConversationId, Lane>,
    /// Conversations that may have something to do, oldest first.
    turn: VecDeque<ConversationId>,
    newest: Option<MessageId>,
    in_flight: HashMap<MessageId, ConversationId>,
    up: bool,
    max_age: Duration,
}

impl Machine {
    /// An empty outbox of an account that is not up. Messages expire after `max_age`.
    pub(crate) fn new(max_age: Duration) -> Self {
        Self {
            lanes: HashMap::new(),
            turn: VecDeque::new(),
            newest: None,
            in_flight: HashMap::new(),
            up: false,
            max_age,
        }
    }

    /// Nothing is queued or in flight.
    pub(crate) fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// When `Tick` is due: the next retry, or the next message to expire.
    pub(crate) fn wake_at(&self) -> Option<Timestamp> {
        let idle = self.lanes.values().filter(|lane| !lane.in_flight);
        idle.filter_map(|lane| {
            let expires = lane.waiting.front().map(|first| first.queued_at.plus(self.max_age));
            let retry = lane.not_before.filter(|_| self.up);
            [expires, retry].into_iter().flatten().min()
        })
        .min()
    }

    /// Takes what happened and says what is to be done now.
    pub(crate) fn step(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        match input {
            Input::Queued(message) => self.queue(message),
            Input::Up => self.come_up(),
            Input::Down => self.up = false,
            Input::Settled(id) => self.settle(id),
            Input::Again { id, jitter } => self.again(id, jitter, now),
            Input::Tick => self.turn = self.lanes.keys().copied().collect(),
        }
        self.advance(now)
    }

    fn queue(&mut self, message: Queued) {
        if self.newest.is_some_and(|newest| message.id <= newest) {
            return;
        }
        self.newest = Some(message.id);
        self.turn.push_back(message.conversation);
        self.lanes.entry(message.conversation).or_default().waiting.push_back(message);
    }

    fn come_up(&mut self) {
        self.up = true;
        for lane in self.lanes.values_mut() {
            (lane.attempts, lane.not_before) = (0, None);
        }
        let mut order: Vec<_> = self.lanes.iter().map(|(id, lane)| (lane.waiting.front().map(|m| m.id), *id)).collect();
        order.sort_unstable();
        self.turn = order.into_iter().map(|(_, id)| id).collect();
    }

    fn settle(&mut self, id: MessageId) {
        let Some((conversation, lane)) = self.land(id) else { return };
        lane.waiting.pop_front();
        (lane.attempts, lane.not_before) = (0, None);
        if lane.waiting.is_empty() {
            self.lanes.remove(&conversation);
        } else {
            self.turn.push_back(conversation);
        }
    }

    fn again(&mut self, id: MessageId, jitter: f64, now: Timestamp) {
        let Some((_, lane)) = self.land(id) else { return };
        let delay = FIRST_RETRY.saturating_mul(1 << lane.attempts.min(10)).min(LAST_RETRY);
        lane.attempts += 1;
        lane.not_before = Some(now.plus(delay.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)));
    }

    /// Ends the flight of a message; none if it isn't in flight.
    fn land(&mut self, id: MessageId) -> Option<(ConversationId, &mut Lane)> {
        let conversation = self.in_flight.remove(&id)?;
        let lane = self.lanes.get_mut(&conversation)?;
        lane.in_flight = false;
        Some((conversation, lane))
    }

    /// Starts what may start, each conversation in its turn. One whose turn comes while all places are taken keeps it.
    fn advance(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        while self.in_flight.len() < IN_FLIGHT {
            let Some(conversation) = self.turn.pop_front() else { break };
            effects.extend(self.start(conversation, now));
        }
        effects
    }

    fn start(&mut self, conversation: ConversationId, now: Timestamp) -> Option<Effect> {
        let lane = self.lanes.get_mut(&conversation).filter(|lane| !lane.in_flight)?;
        let first = lane.waiting.front()?;
        let id = first.id;
        let effect = if first.queued_at.plus(self.max_age) <= now {
            Effect::Expire(id)
        } else if self.up && lane.not_before.is_none_or(|at| at <= now) {
            Effect::Send(first.clone())
        } else {
            return None;
        };
        lane.in_flight = true;
        self.in_flight.insert(id, conversation);
        Some(effect)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const T0: Timestamp = Timestamp(1_000_000);
    const DAY: Duration = Duration::from_secs(86_400);

    fn message(conversation: ConversationId) -> Queued {
        Queued { id: MessageId::new(), conversation, provider_id: "3EB0".into(), text: "hi".into(), queued_at: T0 }
    }

    fn up(messages: &[Queued]) -> (Machine, Vec<Effect>) {
        let mut machine = Machine::new(DAY);
        for message in messages {
            assert_eq!(machine.step(Input::Queued(message.clone()), T0), []);
        }
        let effects = machine.step(Input::Up, T0);
        (machine, effects)
    }

    #[test]
    fn one_in_flight_a_conversation_in_the_order_queued() {
        let chat = ConversationId::new();
        let (first, second) = (message(chat), message(chat));
        let (mut machine, effects) = up(&[first.clone(), second.clone()]);
        assert_eq!(effects, [Effect::Send(first.clone())]);
        assert_eq!(machine.step(Input::Settled(first.id), T0), [Effect::Send(second.clone())]);
        assert_eq!(machine.step(Input::Settled(second.id), T0), []);
        assert!(machine.is_empty());
    }

    #[test]
    fn a_stuck_conversation_blocks_no_other() {
        let (a, b) = (message(ConversationId::new()), message(ConversationId::new()));
        let (mut machine, effects) = up(&[a.clone(), b.clone()]);
        assert_eq!(effects.len(), 2);
        machine.step(Input::Again { id: a.id, jitter: 1.0 }, T0);
        let next = message(b.conversation);
        machine.step(Input::Queued(next.clone()), T0);
        assert_eq!(machine.step(Input::Settled(b.id), T0), [Effect::Send(next)]);
    }

    #[test]
    fn told_twice_is_sent_once() {
        let first = message(ConversationId::new());
        let (mut machine, _) = up(std::slice::from_ref(&first));
        assert_eq!(machine.step(Input::Queued(first.clone()), T0), []);
        machine.step(Input::Settled(first.id), T0);
        assert_eq!(machine.step(Input::Queued(first), T0), []);
        assert!(machine.is_empty());
    }

    #[test]
    fn retries_back_off_and_begin_anew_when_the_account_comes_up() {
        let first = message(ConversationId::new());
        let (mut machine, _) = up(std::slice::from_ref(&first));
        assert_eq!(machine.step(Input::Again { id: first.id, jitter: 1.0 }, T0), []);
        assert_eq!(machine.wake_at(), Some(T0.plus(FIRST_RETRY)));
        assert_eq!(machine.step(Input::Tick, T0), []);
        assert_eq!(machine.step(Input::Tick, T0.plus(FIRST_RETRY)), [Effect::Send(first.clone())]);
        machine.step(Input::Again { id: first.id, jitter: 1.0 }, T0);
        assert_eq!(machine.wake_at(), Some(T0.plus(FIRST_RETRY * 2)));
        assert_eq!(machine.step(Input::Down, T0), []);
        assert_eq!(machine.step(Input::Up, T0), [Effect::Send(first)]);
    }

    #[test]
    fn an_old_message_expires_also_while_the_account_is_down() {
        let old = message(ConversationId::new());
        let mut machine = Machine::new(DAY);
        machine.step(Input::Queued(old.clone()), T0);
        assert_eq!(machine.wake_at(), Some(T0.plus(DAY)));
        assert_eq!(machine.step(Input::Tick, T0.plus(DAY)), [Effect::Expire(old.id)]);
    }

    #[test]
    fn no_more_than_the_limit_are_in_flight() {
        let messages: Vec<_> = (0..40).map(|_| message(ConversationId::new())).collect();
        let (mut machine, effects) = up(&messages);
        assert_eq!(effects.len(), IN_FLIGHT);
        assert_eq!(machine.step(Input::Settled(messages[0].id), T0), [Effect::Send(messages[IN_FLIGHT].clone())]);
    }

    proptest! {
        /// However sends fail and the account comes and goes: each is sent in order and none is left behind.
        #[test]
        fn everything_goes_out_in_order(chats in proptest::collection::vec(0usize..5, 1..40), luck in proptest::collection::vec(0u8..4, 200)) {
            let ids: Vec<_> = (0..5).map(|_| ConversationId::new()).collect();
            let messages: Vec<_> = chats.iter().map(|i| message(ids[*i])).collect();
            let (mut machine, mut pending) = up(&messages);
            let (mut done, mut now, mut luck) = (Vec::new(), T0, luck.into_iter().cycle());
            for _ in 0..2000 {
                if machine.is_empty() { break; }
                let input = match pending.pop() {
                    None => { now = now.plus(LAST_RETRY); if luck.next() == Some(0) { Input::Up } else { Input::Tick } }
                    Some(Effect::Send(message)) if luck.next() == Some(0) => Input::Again { id: message.id, jitter: 0.5 },
                    Some(Effect::Send(message)) => { done.push(message.clone()); Input::Settled(message.id) }
                    Some(Effect::Expire(id)) => panic!("{id:?} expired"),
                };
                pending.extend(machine.step(input, now));
            }
            prop_assert!(machine.is_empty());
            for id in ids {
                let sent: Vec<_> = done.iter().filter(|m| m.conversation == id).map(|m| m.id).collect();
                let queued: Vec<_> = messages.iter().filter(|m| m.conversation == id).map(|m| m.id).collect();
                prop_assert_eq!(sent, queued);
            }
        }
    }
}

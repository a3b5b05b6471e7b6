//! What goes wrong on purpose, for whom, and how often.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use super::{UserId, Weather};

/// The faults, by their names in the control API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Cuts the connection, once.
    Drop,
    /// New connections are closed, for so many seconds.
    Refuse,
    /// Connections are accepted and stay silent, in both directions.
    Stall,
    /// Stanzas to the client take so many milliseconds longer.
    Delay,
    /// The client's messages arrive, but the server does not say so.
    DropAcks,
    /// Messages to the client are sent twice.
    Duplicate,
    /// Messages to the client change places with the next one.
    Reorder,
    /// The client's messages are refused with a code.
    Nack,
    /// Ends the stream with a code, once.
    StreamError,
    /// Logins are refused with a reason.
    Fail,
    /// A byte of a ciphertext is flipped.
    Corrupt,
    /// The phone logs its linked devices out, once.
    LogOut,
    /// The phone is switched off: it takes messages when the fault ends.
    Offline,
}

impl FaultKind {
    /// Whether it happens at once and is over.
    pub fn is_momentary(self) -> bool {
        matches!(self, Self::Drop | Self::StreamError | Self::LogOut)
    }

    /// How often it strikes when nobody says so: for ever, or once.
    fn default_count(self) -> Option<u32> {
        matches!(self, Self::Fail | Self::Corrupt).then_some(1)
    }
}

/// A fault as asked for.
#[derive(Clone, Debug)]
pub struct NewFault {
    /// Which.
    pub kind: FaultKind,
    /// Whom it strikes; everybody when none.
    pub user: Option<UserId>,
    /// After how many seconds it ends by itself.
    pub seconds: Option<u64>,
    /// `delay`: by how much.
    pub ms: Option<u64>,
    /// Which part of the cases it strikes, 0 to 1.
    pub share: Option<f64>,
    /// Makes the choice by `share` the same each time.
    pub seed: Option<u64>,
    /// After how many strikes it ends.
    pub count: Option<u32>,
    /// `nack`, `stream_error`, and the sub-code of a ban in `fail`.
    pub code: Option<u32>,
    /// `fail`: the reason.
    pub reason: Option<u32>,
    /// `fail` with 402: how many seconds the ban lasts.
    pub expire: Option<u64>,
}

/// A fault that lasts.
pub struct Fault {
    /// Its number, by which it is ended.
    pub id: u64,
    /// As asked for.
    pub asked: NewFault,
    until: Option<Instant>,
    left: Option<u32>,
    rng: StdRng,
}

/// All faults that last.
#[derive(Default)]
pub struct Faults {
    list: Vec<Fault>,
    next: u64,
}

impl Faults {
    /// Adds one and returns its number.
    pub fn add(&mut self, asked: NewFault) -> u64 {
        self.next += 1;
        self.list.push(Fault {
            id: self.next,
            until: asked.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds)),
            left: asked.count.or(asked.kind.default_count()),
            rng: StdRng::seed_from_u64(asked.seed.unwrap_or(0)),
            asked,
        });
        self.next
    }

    /// Ends one, or all when none is named. Says how many ended.
    pub fn end(&mut self, id: Option<u64>) -> usize {
        let before = self.list.len();
        self.list.retain(|fault| id.is_some_and(|id| fault.id != id));
        before - self.list.len()
    }

    /// All that last.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.list.iter().filter(|fault| fault.lasts())
    }

    /// Whether a fault of this kind is on for that user; asking changes nothing.
    pub fn is_on(&self, kind: FaultKind, user: Option<UserId>) -> bool {
        self.iter().any(|fault| fault.concerns(kind, user))
    }

    /// Whether a fault of this kind strikes now; if so it counts, and says with what.
    pub fn strike(&mut self, kind: FaultKind, user: UserId) -> Option<NewFault> {
        let at = self.list.iter().position(|fault| fault.lasts() && fault.concerns(kind, Some(user)))?;
        let fault = &mut self.list[at];
        let share = fault.asked.share.unwrap_or(1.0);
        if share < 1.0 && !fault.rng.random_bool(share.max(0.0)) {
            return None;
        }
        let asked = fault.asked.clone();
        fault.left = fault.left.map(|left| left.saturating_sub(1));
        if fault.left == Some(0) {
            self.list.remove(at);
        }
        Some(asked)
    }

    /// What the connection of that user has to endure; of nobody's while it is unknown.
    pub fn weather(&self, user: Option<UserId>) -> Weather {
        let delays = self.iter().filter(|fault| fault.concerns(FaultKind::Delay, user));
        Weather {
            stall: self.is_on(FaultKind::Stall, user),
            delay: Duration::from_millis(delays.filter_map(|fault| fault.asked.ms).max().unwrap_or(0)),
            cut: false,
        }
    }
}

impl Fault {
    fn lasts(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    fn concerns(&self, kind: FaultKind, user: Option<UserId>) -> bool {
        self.asked.kind == kind && (self.asked.user.is_none() || self.asked.user == user)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fault(kind: FaultKind) -> NewFault {
        NewFault {
            kind,
            user: None,
            seconds: None,
            ms: None,
            share: None,
            seed: None,
            count: None,
            code: None,
            reason: None,
            expire: None,
        }
    }

    #[test]
    fn a_share_with_a_seed_strikes_the_same_cases_each_time() {
        let pattern = |seed| {
            let mut faults = Faults::default();
            faults.add(NewFault { share: Some(0.3), seed: Some(seed), ..fault(FaultKind::DropAcks) });
            (0..200).map(|_| faults.strike(FaultKind::DropAcks, UserId(1)).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(pattern(7), pattern(7));
        assert_ne!(pattern(7), pattern(8));
        let struck = pattern(7).into_iter().filter(|struck| *struck).count();
        assert!((30..90).contains(&struck), "a third of 200, not {struck}");
    }

    #[test]
    fn a_fault_strikes_whom_it_names_and_as_often_as_it_says() {
        let mut faults = Faults::default();
        faults.add(NewFault { user: Some(UserId(1)), count: Some(2), ..fault(FaultKind::Nack) });
        assert!(faults.strike(FaultKind::Nack, UserId(2)).is_none());
        let struck = (0..5).filter(|_| faults.strike(FaultKind::Nack, UserId(1)).is_some()).count();
        assert_eq!(struck, 2);
        faults.add(fault(FaultKind::Corrupt));
        let struck = (0..5).filter(|_| faults.strike(FaultKind::Corrupt, UserId(1)).is_some()).count();
        assert_eq!(struck, 1, "corrupt means the next one");
    }

    #[test]
    fn ending_one_leaves_the_others() {
        let mut faults = Faults::default();
        let stall = faults.add(NewFault { user: Some(UserId(1)), ..fault(FaultKind::Stall) });
        faults.add(NewFault { ms: Some(40), ..fault(FaultKind::Delay) });
        let weather = faults.weather(Some(UserId(1)));
        assert!(weather.stall && weather.delay == Duration::from_millis(40));
        assert!(!faults.weather(None).stall);
        assert_eq!((faults.end(Some(stall)), faults.end(Some(stall))), (1, 0));
        assert_eq!((faults.end(None), faults.iter().count()), (1, 0));
    }
}

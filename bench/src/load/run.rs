//! Running one load against a prepared server.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};

use super::exchange::Exchange;
use super::fleet::{Fleet, Greeting, Idle};
use super::meter::Meter;
use super::outcome::Outcome;
use super::patience::Patience;
use super::{Kind, Load};
use crate::client::Driver;
use crate::plan::Plan;

/// What may be set from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
    /// What has not come counts as hung once nothing came for so long.
    pub(crate) patience: Duration,
    /// The server's process, to read its CPU time.
    pub(crate) server_pid: Option<u32>,
    /// For a sign-in load: another number of sockets than its own.
    pub(crate) sockets: Option<usize>,
}

/// Listening on after all has arrived, for what should not come.
const LINGER: Duration = Duration::from_millis(200);
const TICK: Duration = Duration::from_millis(50);

/// Runs `load` and tells what it found; an error means that it could not be run.
pub(crate) fn run(load: Load, plan: &Plan, options: Options) -> Result<Outcome> {
    match load.kind() {
        Kind::SignIn { sockets, greeting } => {
            sign_in(load, plan, options.sockets.unwrap_or(sockets), greeting, options.patience)
        }
        Kind::Timed { in_flight } => {
            let mut session = Session::new(load, plan, in_flight, None, options.patience)?;
            if session.begin()? {
                session.start()?;
                session.turns(options.warm_up)?;
                session.measure(&options)?;
                session.drain()?;
            }
            Ok(session.finish())
        }
        Kind::Counted { in_flight, messages } => {
            let mut session = Session::new(load, plan, in_flight, Some(messages), options.patience)?;
            if session.begin()? {
                session.start()?;
                session.settle()?;
                session.drain()?;
            }
            Ok(session.finish())
        }
    }
}

fn sign_in(load: Load, plan: &Plan, sockets: usize, greeting: Greeting, patience: Duration) -> Result<Outcome> {
    let mut driver = Driver::new(plan.address)?;
    let mut fleet = Fleet::new(&plan.users, sockets, greeting, Idle);
    let began = Instant::now();
    let authenticated = fleet.sign_in(&mut driver, patience)?;
    let mut outcome = Outcome {
        load: load.name().to_owned(),
        sockets,
        authenticated,
        sign_in_seconds: began.elapsed().as_secs_f64(),
        hung: (sockets - authenticated - fleet.faults.len()) as u64,
        faults: fleet.faults.len() as u64,
        ..Outcome::default()
    };
    outcome.judge(&fleet.faults);
    Ok(outcome)
}

/// A load of sends under way.
struct Session<'a> {
    driver: Driver,
    fleet: Fleet<'a, Exchange>,
    outcome: Outcome,
    patience: Duration,
}

impl<'a> Session<'a> {
    fn new(load: Load, plan: &'a Plan, in_flight: usize, limit: Option<u64>, patience: Duration) -> Result<Self> {
        ensure!(!plan.senders.is_empty(), "the plan has no senders, which {} needs", load.name());
        let since = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
        let run = format!("{:x}", since.as_millis());
        let exchange = Exchange::new(plan, in_flight, limit, &run);
        let sockets = plan.users.len();
        Ok(Self {
            driver: Driver::new(plan.address)?,
            fleet: Fleet::new(&plan.users, sockets, Greeting::AfterConnect, exchange),
            outcome: Outcome { load: load.name().to_owned(), sockets, ..Outcome::default() },
            patience,
        })
    }

    /// Signs all in and sends each sender's first message, which makes its conversation. False when that failed.
    fn begin(&mut self) -> Result<bool> {
        let began = Instant::now();
        self.outcome.authenticated = self.fleet.sign_in(&mut self.driver, self.patience)?;
        self.outcome.sign_in_seconds = began.elapsed().as_secs_f64();
        if self.outcome.authenticated < self.outcome.sockets {
            return Ok(false);
        }
        self.each_sender(|exchange, sender, link, now| exchange.send_one(sender, link, now));
        self.settle()?;
        Ok(self.fleet.work.settled())
    }

    fn start(&mut self) -> Result<()> {
        self.each_sender(|exchange, sender, link, now| exchange.fill(sender, link, now));
        Ok(())
    }

    fn each_sender(&mut self, mut act: impl FnMut(&mut Exchange, usize, &mut crate::client::Link<'_>, u64)) {
        let now = self.driver.now();
        for sender in 0..self.fleet.work.senders.len() {
            let socket = self.fleet.work.senders[sender].socket;
            let exchange = &mut self.fleet.work;
            let written = self.driver.with_link(socket, |link| act(exchange, sender, link, now));
            self.driver.settle(socket, &mut self.fleet, written);
        }
    }

    /// Handles what comes until the time is over or something is wrong.
    fn turns(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.failed() {
                return Ok(());
            }
            self.driver.turn(&mut self.fleet, left.min(TICK))?;
        }
    }

    /// Handles what comes until all has, or nothing more comes, or something is wrong.
    fn settle(&mut self) -> Result<()> {
        let mut patience = Patience::new(self.patience, Instant::now());
        while !self.fleet.work.settled() && !self.failed() {
            let tally = &self.fleet.work.tally;
            if patience.is_over(tally.acked + tally.delivered, Instant::now()) {
                return Ok(());
            }
            self.driver.turn(&mut self.fleet, TICK)?;
        }
        Ok(())
    }

    fn failed(&self) -> bool {
        !self.fleet.faults.is_empty() || self.fleet.work.tally.faults > 0
    }

    fn measure(&mut self, options: &Options) -> Result<()> {
        if self.failed() {
            return Ok(());
        }
        let meter = Meter::start(options.server_pid)?;
        self.fleet.work.tally.start_measuring();
        self.turns(options.measure)?;
        self.fleet.work.tally.stop_measuring();
        if let (false, Some(measured)) = (self.failed(), &self.fleet.work.tally.measured) {
            self.outcome.rates = Some(meter.stop(measured)?);
        }
        Ok(())
    }

    /// Stops sending and waits for what is still to come.
    fn drain(&mut self) -> Result<()> {
        self.fleet.work.stop();
        self.settle()?;
        self.turns(LINGER)
    }

    fn finish(mut self) -> Outcome {
        if self.fleet.work.unsent() > 0 && !self.failed() {
            let unsent = self.fleet.work.unsent();
            self.fleet.work.tally.fault(format!("{unsent} messages were never sent in time"));
        }
        self.outcome.count(&self.fleet.work);
        let unanswered = self.outcome.sockets - self.outcome.authenticated;
        self.outcome.hung += unanswered.saturating_sub(self.fleet.faults.len()) as u64;
        self.outcome.faults += self.fleet.faults.len() as u64;
        let sentences = [&self.fleet.faults[..], &self.fleet.work.tally.sentences[..]].concat();
        self.outcome.judge(&sentences);
        self.outcome
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::fake::{Fault, serve};
    use super::*;

    /// What `in-order`, 100 messages from one socket to two, finds with this fault.
    fn outcome(fault: Fault) -> Outcome {
        let patience = if fault == Fault::None { Duration::from_secs(60) } else { Duration::from_secs(1) };
        let options =
            Options { warm_up: Duration::ZERO, measure: Duration::ZERO, patience, server_pid: None, sockets: None };
        run(Load::InOrder, &serve(fault), options).unwrap()
    }

    #[test]
    fn a_faultless_server_passes() {
        let outcome = outcome(Fault::None);
        assert_eq!(outcome.failure, None);
        assert_eq!((outcome.sent, outcome.acked, outcome.delivered), (100, 100, 200));
    }

    #[test]
    fn a_lost_message_is_counted() {
        let outcome = outcome(Fault::Lose);
        assert_eq!((outcome.lost, outcome.gaps, outcome.hung, outcome.reordered), (1, 1, 0, 0));
        assert!(outcome.failure.unwrap().contains("1 lost"));
    }

    #[test]
    fn an_overtaken_message_is_counted_by_sender_and_by_seq() {
        let outcome = outcome(Fault::Swap);
        assert_eq!((outcome.reordered, outcome.lost, outcome.gaps), (2, 0, 0));
        assert!(outcome.failure.is_some());
    }

    #[test]
    fn a_repeated_message_is_counted_by_sender_and_by_seq() {
        let outcome = outcome(Fault::Repeat);
        assert_eq!((outcome.duplicated, outcome.lost, outcome.reordered), (2, 0, 0));
        assert!(outcome.failure.is_some());
    }

    #[test]
    fn a_send_without_its_ack_hangs() {
        let outcome = outcome(Fault::NoAck);
        assert_eq!((outcome.hung, outcome.lost), (1, 0));
        assert!(outcome.failure.unwrap().contains("1 hung"));
    }

    #[test]
    fn an_overtaken_ack_is_reordered() {
        let outcome = outcome(Fault::AckLate);
        assert_eq!((outcome.reordered, outcome.hung), (1, 0));
        assert!(outcome.failure.is_some());
    }

    #[test]
    fn a_skipped_seq_is_a_gap() {
        let outcome = outcome(Fault::Skip);
        assert_eq!((outcome.gaps, outcome.lost), (2, 0), "one at each socket");
        assert!(outcome.failure.unwrap().contains("2 missing in seq"));
    }

    #[test]
    fn what_a_server_refuses_mislabels_or_closes_is_a_fault_in_words() {
        for (fault, words) in
            [(Fault::Refuse, "refused"), (Fault::Foreign, "another account"), (Fault::Close, "first fault: socket 0: ")]
        {
            let failure = outcome(fault).failure.unwrap();
            assert!(failure.contains(words), "{fault:?}: {failure}");
        }
    }
}

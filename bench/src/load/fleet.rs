//! Sockets that connect, sign in and then do a [`Work`].

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use super::patience::Patience;
use crate::client::{Driver, Handler, Link, Nanos, Packet};
use crate::plan::User;

/// What signed-in sockets do.
pub(crate) trait Work {
    /// The socket got `authenticated`, with this JSON.
    fn signed_in(&mut self, socket: usize, authenticated: &[u8]);
    /// A packet came on a socket that is signed in.
    fn packet(&mut self, link: &mut Link<'_>, packet: Packet<'_>, now: Nanos);
}

/// Signing in and nothing else.
pub(crate) struct Idle;

impl Work for Idle {
    fn signed_in(&mut self, _socket: usize, _authenticated: &[u8]) {}
    fn packet(&mut self, _link: &mut Link<'_>, _packet: Packet<'_>, _now: Nanos) {}
}

/// When a socket emits `authenticate`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Greeting {
    /// Once CONNECT is answered, as client libraries do in their `connect` handler.
    AfterConnect,
    /// Behind CONNECT, in the first write after the upgrade.
    SameTurn,
}

/// At most this many sockets are connecting at once.
const CONNECTING: usize = 256;

/// All sockets of a load. Socket `n` is that of user `n`; with more sockets than users they begin again.
pub(crate) struct Fleet<'a, W> {
    pub(crate) work: W,
    /// What went wrong on a socket: refused, or closed by the server.
    pub(crate) faults: Vec<String>,
    users: &'a [User],
    greeting: Greeting,
    states: Vec<State>,
    answered: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Waiting,
    SignedIn,
    Failed,
}

impl<'a, W: Work> Fleet<'a, W> {
    pub(crate) fn new(users: &'a [User], sockets: usize, greeting: Greeting, work: W) -> Self {
        Self { work, faults: Vec::new(), users, greeting, states: vec![State::Waiting; sockets], answered: 0 }
    }

    /// Connects and signs in every socket, or gives up when none was answered for so long. Returns how many got
    /// `authenticated`.
    pub(crate) fn sign_in(&mut self, driver: &mut Driver, patience: Duration) -> Result<usize> {
        let sockets = self.states.len();
        let mut patience = Patience::new(patience, Instant::now());
        while self.waiting() > 0 && !patience.is_over((sockets - self.waiting()) as u64, Instant::now()) {
            let under_way = driver.opened() + self.waiting() - sockets;
            let more = CONNECTING.saturating_sub(under_way);
            for _ in 0..more.min(sockets - driver.opened()) {
                driver.open()?;
            }
            driver.turn(self, Duration::from_millis(50))?;
        }
        Ok(self.answered)
    }

    fn waiting(&self) -> usize {
        self.states.len() - self.answered - self.faults.len()
    }

    fn authenticate(&self, link: &mut Link<'_>) {
        let user = &self.users[link.socket % self.users.len()];
        let data = json!({ "token": user.token, "userId": user.user_id });
        link.send(format!(r#"42["authenticate",{data}]"#).as_bytes());
    }

    fn sign_in_packet(&mut self, link: &mut Link<'_>, packet: &Packet<'_>) {
        match *packet {
            Packet::Connected if self.greeting == Greeting::AfterConnect => self.authenticate(link),
            Packet::Event { name: b"authenticated", args } => {
                self.states[link.socket] = State::SignedIn;
                self.answered += 1;
                self.work.signed_in(link.socket, args);
            }
            Packet::Refused(why) => {
                let why = String::from_utf8_lossy(why);
                self.fault(link.socket, &format!("CONNECT was refused: {why}"));
            }
            Packet::Event { name: b"auth_error", args } => {
                let why = String::from_utf8_lossy(args);
                self.fault(link.socket, &format!("authenticate was refused: {why}"));
            }
            _ => {}
        }
    }

    /// Each socket fails once: what follows on it is a consequence.
    fn fault(&mut self, socket: usize, what: &str) {
        match self.states[socket] {
            State::Failed => return,
            State::SignedIn => self.answered -= 1,
            State::Waiting => {}
        }
        self.states[socket] = State::Failed;
        self.faults.push(format!("socket {socket}: {what}"));
    }
}

impl<W: Work> Handler for Fleet<'_, W> {
    fn opened(&mut self, link: &mut Link<'_>) {
        link.send(b"40");
        if self.greeting == Greeting::SameTurn {
            self.authenticate(link);
        }
    }

    fn packet(&mut self, link: &mut Link<'_>, packet: Packet<'_>, now: Nanos) {
        match self.states[link.socket] {
            State::SignedIn => self.work.packet(link, packet, now),
            State::Waiting => self.sign_in_packet(link, &packet),
            State::Failed => {}
        }
    }

    fn closed(&mut self, socket: usize, why: &str) {
        self.fault(socket, why);
    }
}

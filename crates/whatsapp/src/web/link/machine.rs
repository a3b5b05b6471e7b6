use super::{
    backoff,
    words::{self, Why},
};
use crate::{Link, Qr};
use domain::{Address, ConnectionState, Timestamp};
use std::time::Duration;

/// Who ended a link, by WhatsApp's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum LogoutCause {
    /// The phone removed this device.
    Removed,
    /// The number is locked.
    Locked,
    /// WhatsApp does not say.
    Unknown,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum Input {
    /// A client is started, with a session or without, and may show codes or not.
    Started { linked: bool, may_pair: bool },
    /// The session can't be opened now.
    StoreAway,
    /// An attempt to connect begins.
    Attempt,
    /// It did not reach WhatsApp.
    Unreachable,
    /// A code to scan, and how long it is good.
    Qr { code: String, valid_for: Duration },
    /// The last code has expired.
    QrExhausted,
    /// The phone confirmed.
    Paired { addresses: Vec<Address> },
    /// The phone scanned, but it did not work out.
    PairFailed,
    /// The phone's WhatsApp is too old to link devices.
    PhoneOutdated,
    /// WhatsApp wants a passkey.
    Passkey,
    /// Up.
    Connected { addresses: Vec<Address>, name: Option<String> },
    /// The owner has another name.
    Named(String),
    /// The connection broke; the library tries again by itself.
    Lost,
    /// WhatsApp ended the link; `on_connect` says that it was found out when connecting.
    LoggedOut { on_connect: bool, cause: LogoutCause },
    /// Another connection took this one's place.
    Replaced,
    /// A ban, and how long.
    Banned(Duration),
    /// This version is no longer taken.
    Outdated,
    /// Refused; the library tries again by itself, or has given up.
    Refused { retries: bool },
    /// The library has given up without saying why.
    Ended,
    /// Switched off by a user, or with the server.
    Stopped,
    /// Logged out by a user; `heard` says whether WhatsApp was told.
    LoggedOutHere { heard: bool },
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum Effect {
    /// Tell the engine.
    Tell(Link),
    /// Forget the session.
    Clear,
    /// End the client, and start another one then.
    Restart(Timestamp),
    /// End the client, and do nothing until a user asks.
    Halt,
}

/// After a refusal that the library takes as final.
const REFUSED_FOR: Duration = Duration::from_secs(900);

/// The state machine of one account.
#[derive(Debug, Default)]
pub(in crate::web) struct Machine {
    linked: bool,
    may_pair: bool,
    /// It was up since somebody asked for it.
    was_open: bool,
    is_open: bool,
    /// Attempts that failed in a row.
    failures: u32,
    /// An attempt was begun and nothing has come of it yet.
    attempting: bool,
    /// The client is done for: what it still says does not count.
    over: bool,
    /// Ended for a reason that only a user can mend; it stays told.
    halted: bool,
    addresses: Vec<Address>,
    name: Option<String>,
    told: Option<Link>,
}

impl Machine {
    /// Takes what happened at that moment and says what is to be done, in this order.
    pub(in crate::web) fn step(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        match input {
            Input::Started { linked, may_pair } => self.started(linked, may_pair),
            Input::StoreAway => self.give_up_for_now(words::STORE, now, None),
            Input::Stopped if self.halted => Vec::new(),
            Input::Stopped => self.tell_state(ConnectionState::Disconnected, words::STOPPED),
            Input::LoggedOutHere { heard } => {
                let why = if heard || !self.linked { words::LOGGED_OUT_HERE } else { words::LOGGED_OUT_UNHEARD };
                self.end_link(why)
            }
            _ if self.over => Vec::new(),
            Input::Attempt => self.attempt(),
            Input::Unreachable => self.wait_for_next(words::UNREACHABLE, now),
            Input::Lost => self.wait_for_next(words::LOST, now),
            Input::Refused { retries: true } => self.wait_for_next(words::BUSY, now),
            Input::Refused { retries: false } => self.give_up_for_now(words::REFUSED, now, Some(REFUSED_FOR)),
            Input::Banned(length) => self.give_up_for_now(words::BANNED, now, Some(length)),
            Input::Ended => self.give_up_for_now(words::LOST, now, None),
            Input::Qr { code, valid_for } => self.show(Qr { code, expires_at: now.plus(valid_for) }),
            Input::PairFailed => self.tell_state(ConnectionState::Connecting, words::PAIR_FAILED),
            Input::PhoneOutdated => self.tell_state(ConnectionState::Connecting, words::OLD_PHONE),
            Input::Passkey => self.tell_state(ConnectionState::Passkey, words::PASSKEY),
            Input::Paired { addresses } => self.paired(addresses),
            Input::Connected { addresses, name } => self.connected(addresses, name),
            Input::Named(name) => self.named(name),
            Input::QrExhausted => self.halt(ConnectionState::Disconnected, words::QR_EXPIRED),
            Input::Replaced => self.halt(ConnectionState::Disconnected, words::REPLACED),
            Input::Outdated => self.halt(ConnectionState::ClientOutdated, words::OUTDATED),
            Input::LoggedOut { on_connect, cause } => self.logged_out(on_connect, cause, now),
        }
    }

    /// Whether messages can be sent.
    pub(in crate::web) fn is_open(&self) -> bool {
        self.is_open
    }

    fn started(&mut self, linked: bool, may_pair: bool) -> Vec<Effect> {
        (self.linked, self.may_pair) = (linked, may_pair);
        (self.over, self.halted, self.attempting) = (false, false, false);
        if !linked && !may_pair {
            return self.halt(ConnectionState::Disconnected, words::NOT_LINKED);
        }
        if self.failures > 0 {
            // It was told when the next attempt comes; this is it.
            return Vec::new();
        }
        self.tell_state(self.on_the_way(), words::CONNECTING)
    }

    fn attempt(&mut self) -> Vec<Effect> {
        if std::mem::replace(&mut self.attempting, true) {
            // The one before came to nothing without a word, in the handshake.
            self.failures += 1;
        }
        if self.is_open {
            // The library found the connection dead and replaces it without a word.
            return self.tell_state(ConnectionState::Reconnecting, words::LOST);
        }
        Vec::new()
    }

    fn show(&mut self, qr: Qr) -> Vec<Effect> {
        (self.attempting, self.failures) = (false, 0);
        let link = self.link(ConnectionState::Qr, words::SCAN);
        self.tell(Link { qr: Some(qr), ..link })
    }

    fn paired(&mut self, addresses: Vec<Address>) -> Vec<Effect> {
        self.linked = true;
        self.addresses = addresses;
        self.tell_state(ConnectionState::Connecting, words::PAIRED)
    }

    fn connected(&mut self, addresses: Vec<Address>, name: Option<String>) -> Vec<Effect> {
        (self.linked, self.was_open) = (true, true);
        (self.attempting, self.failures) = (false, 0);
        self.addresses = addresses;
        self.name = name.or(self.name.take());
        self.tell_state(ConnectionState::Open, words::OPEN)
    }

    fn named(&mut self, name: String) -> Vec<Effect> {
        self.name = Some(name);
        match self.told.clone() {
            Some(told) if self.is_open => self.tell(Link { name: self.name.clone(), ..told }),
            _ => Vec::new(),
        }
    }

    fn logged_out(&mut self, on_connect: bool, cause: LogoutCause, now: Timestamp) -> Vec<Effect> {
        if on_connect && self.may_pair && !self.was_open {
            // A user asks to link, and the session at hand turns out to be an ended one: forget it and show a code.
            self.over = true;
            return vec![Effect::Clear, Effect::Restart(now)];
        }
        let why = match cause {
            LogoutCause::Removed => words::REMOVED_BY_PHONE,
            LogoutCause::Locked => words::LOCKED,
            LogoutCause::Unknown => words::LOGGED_OUT,
        };
        let mut effects = self.end_link(why);
        self.halted = true;
        effects.push(Effect::Halt);
        effects
    }

    /// The link is no more. The session goes before anybody hears of it.
    fn end_link(&mut self, why: Why) -> Vec<Effect> {
        (self.linked, self.over) = (false, true);
        (self.addresses, self.name) = (Vec::new(), None);
        let mut effects = vec![Effect::Clear];
        effects.extend(self.tell_state(ConnectionState::LoggedOut, why));
        effects
    }

    fn halt(&mut self, state: ConnectionState, why: Why) -> Vec<Effect> {
        (self.over, self.halted) = (true, true);
        let mut effects = self.tell_state(state, why);
        effects.push(Effect::Halt);
        effects
    }

    /// The library tries again by itself.
    fn wait_for_next(&mut self, why: Why, now: Timestamp) -> Vec<Effect> {
        let delay = self.next_delay();
        self.attempting = false;
        let link = self.link(self.on_the_way(), why);
        self.tell(Link { retry_at: Some(now.plus(delay)), ..link })
    }

    /// This client is done for; another one is started later, if not said when, then by the sequence.
    fn give_up_for_now(&mut self, why: Why, now: Timestamp, delay: Option<Duration>) -> Vec<Effect> {
        self.over = true;
        let delay = delay.unwrap_or_else(|| self.next_delay());
        self.failures = self.failures.max(1);
        let at = now.plus(delay);
        let link = self.link(self.on_the_way(), why);
        let mut effects = self.tell(Link { retry_at: Some(at), ..link });
        effects.push(Effect::Restart(at));
        effects
    }

    fn next_delay(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        backoff(self.failures - 1)
    }

    /// The state of a link that is not up but wants to be.
    fn on_the_way(&self) -> ConnectionState {
        if self.was_open { ConnectionState::Reconnecting } else { ConnectionState::Connecting }
    }

    fn link(&self, state: ConnectionState, (reason, message): Why) -> Link {
        Link {
            state,
            qr: None,
            addresses: self.addresses.clone(),
            name: self.name.clone(),
            retry_at: None,
            reason,
            message: message.to_owned(),
        }
    }

    fn tell_state(&mut self, state: ConnectionState, why: Why) -> Vec<Effect> {
        self.tell(self.link(state, why))
    }

    fn tell(&mut self, link: Link) -> Vec<Effect> {
        self.is_open = link.state.is_connected();
        if self.told.as_ref() == Some(&link) {
            return Vec::new();
        }
        self.told = Some(link.clone());
        vec![Effect::Tell(link)]
    }
}

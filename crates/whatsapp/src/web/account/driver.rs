use super::{bus::Signal, live::Live, session::Session};
use crate::web::{
    address::aliases,
    link::{Effect, Input, Machine, backoff},
    outbound::stay_offline,
    session::SessionBackend,
    shared::WebShared,
};
use domain::{AccountId, AccountSettings, Timestamp};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// What the engine wants of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Run,
    Stop,
    LogOut,
}

/// An account's task.
pub(super) struct Driver {
    pub(super) shared: Arc<WebShared>,
    pub(super) account: AccountId,
    pub(super) settings: AccountSettings,
    /// Whether codes may be shown.
    pub(super) may_pair: bool,
    pub(super) live: Arc<Live>,
    pub(super) orders: watch::Receiver<Order>,
    pub(super) machine: Machine,
}

/// What comes after a client.
enum Next {
    Restart(Timestamp),
    Halt,
}

impl Driver {
    /// Until the engine orders the end. When this returns nothing more will be told.
    pub(super) async fn run(mut self) {
        loop {
            let effects = self.client_life().await;
            let next = self.carry_out(effects).await;
            if self.order() != Order::Run {
                return;
            }
            match next {
                Next::Restart(at) => self.wait_until(at).await,
                Next::Halt => self.ordered().await,
            }
            if let Some(input) = self.ended_while_waiting() {
                let effects = self.step(input);
                self.carry_out(effects).await;
                return;
            }
        }
    }

    /// One client, from start to end; then what is to be done.
    async fn client_life(&mut self) -> Vec<Effect> {
        let backend = Arc::new(SessionBackend::new(self.account, self.shared.sessions.clone()));
        let linked = match backend.is_linked().await {
            Ok(linked) => linked,
            Err(error) => return self.store_away(&error),
        };
        let effects = self.step(Input::Started { linked, may_pair: self.may_pair });
        if let Some(effects) = self.tell(effects) {
            return effects;
        }
        let started = Session::start(&self.shared, self.account, &self.settings, &self.live, backend).await;
        let mut session = match started {
            Ok(session) => session,
            Err(error) => return self.store_away(&error),
        };
        let effects = self.follow(&mut session).await;
        self.live.down();
        session.close().await;
        effects
    }

    fn store_away(&mut self, error: &dyn std::error::Error) -> Vec<Effect> {
        tracing::warn!(account = %self.account, %error, "The keys of a linked device can't be read");
        self.step(Input::StoreAway)
    }

    /// Follows a client until it is to be ended, and says what is to be done after that.
    async fn follow(&mut self, session: &mut Session) -> Vec<Effect> {
        loop {
            let signal = tokio::select! {
                biased;
                () = self.ordered() => return self.end_by_order(session).await,
                signal = session.signals.recv() => signal.unwrap_or(Signal::Link(Input::Ended)),
                () = &mut session.handle => Signal::Link(Input::Ended),
            };
            let effects = self.take(session, signal);
            // Whoever is told "open" may send at once.
            self.follow_link(session);
            if let Some(effects) = self.tell(effects) {
                return effects;
            }
        }
    }

    fn take(&mut self, session: &Session, signal: Signal) -> Vec<Effect> {
        let client = &session.client;
        let input = match signal {
            Signal::Up => {
                self.go_offline(session, false);
                let name = Some(client.push_name()).filter(|name| !name.is_empty());
                Input::Connected { addresses: aliases(client.pn().iter().chain(&client.lid())), name }
            }
            Signal::Link(input) => {
                if matches!(input, Input::Named(_)) {
                    self.go_offline(session, true);
                }
                input
            }
        };
        self.step(input)
    }

    fn go_offline(&self, session: &Session, named_just_now: bool) {
        if !self.settings.mark_online {
            stay_offline(session.client.clone(), named_just_now);
        }
    }

    /// Sends go out while the link is up, and no longer.
    fn follow_link(&self, session: &Session) {
        match (self.machine.is_open(), self.live.client().is_some()) {
            (true, false) => self.live.up(session.client.clone()),
            (false, true) => self.live.down(),
            _ => {}
        }
    }

    async fn end_by_order(&mut self, session: &Session) -> Vec<Effect> {
        let input = match self.order() {
            Order::LogOut => Input::LoggedOutHere { heard: session.log_out().await },
            Order::Run | Order::Stop => Input::Stopped,
        };
        self.step(input)
    }

    fn ended_while_waiting(&self) -> Option<Input> {
        match self.order() {
            Order::Run => None,
            Order::Stop => Some(Input::Stopped),
            Order::LogOut => Some(Input::LoggedOutHere { heard: false }),
        }
    }

    fn step(&mut self, input: Input) -> Vec<Effect> {
        self.machine.step(input, self.shared.clock.now())
    }

    /// Tells at once, if nothing else is to be done; else gives it all back, to be done once the client has ended.
    fn tell(&self, effects: Vec<Effect>) -> Option<Vec<Effect>> {
        if !effects.iter().all(|effect| matches!(effect, Effect::Tell(_))) {
            return Some(effects);
        }
        for effect in effects {
            if let Effect::Tell(link) = effect {
                self.shared.events.link(self.account, link);
            }
        }
        None
    }

    /// Does it all in order. No client runs meanwhile.
    async fn carry_out(&mut self, effects: Vec<Effect>) -> Next {
        let mut next = Next::Halt;
        for effect in effects {
            match effect {
                Effect::Tell(link) => self.shared.events.link(self.account, link),
                Effect::Clear => self.clear().await,
                Effect::Restart(at) => next = Next::Restart(at),
                Effect::Halt => next = Next::Halt,
            }
        }
        next
    }

    /// Forgets the session, however long it takes: what is left of it would be taken for a link. Once the engine has
    /// ordered the end it is tried a few times only, lest the server can't stop; the next login then finds out.
    async fn clear(&mut self) {
        let backend = SessionBackend::new(self.account, self.shared.sessions.clone());
        for attempt in 0.. {
            let Err(error) = backend.clear().await else { return };
            tracing::warn!(account = %self.account, %error, attempt, "The session of an ended link can't be cleared");
            if attempt >= 3 && self.order() != Order::Run {
                return;
            }
            let ordered = self.order() != Order::Run;
            tokio::select! {
                () = self.ordered(), if !ordered => {}
                () = tokio::time::sleep(backoff(attempt)) => {}
            }
        }
    }

    async fn wait_until(&mut self, at: Timestamp) {
        let millis = at.millis().saturating_sub(self.shared.clock.now().millis());
        let wait = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
        tokio::select! {
            () = self.ordered() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    fn order(&self) -> Order {
        // Nobody is left to give orders: the same as an order to stop.
        if self.orders.has_changed().is_err() && *self.orders.borrow() == Order::Run {
            return Order::Stop;
        }
        *self.orders.borrow()
    }

    /// Returns once the engine ordered the end.
    async fn ordered(&mut self) {
        // An error means that nobody is left to give orders, which is one.
        let _ = self.orders.wait_for(|order| *order != Order::Run).await;
    }
}

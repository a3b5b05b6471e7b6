//! Which accounts have a driver at work: one task for each account that has something to send, none for one that has not.

use super::machine::Input;
use domain::{AccountId, Message};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// The drivers at work, and how to wake one.
pub(crate) struct Outboxes {
    drivers: Mutex<HashMap<AccountId, mpsc::UnboundedSender<Input>>>,
    /// Asks for a driver: taken by the task that starts them.
    wanted: mpsc::UnboundedSender<(AccountId, mpsc::UnboundedReceiver<Input>)>,
}

/// The drivers that were asked for, each with its inputs.
pub(crate) type Wanted = mpsc::UnboundedReceiver<(AccountId, mpsc::UnboundedReceiver<Input>)>;

impl Outboxes {
    pub(crate) fn new() -> (Self, Wanted) {
        let (wanted, receiver) = mpsc::unbounded_channel();
        (Self { drivers: Mutex::default(), wanted }, receiver)
    }

    /// A message was queued and committed. Called in commit order; starts a driver if none is at work.
    pub(crate) fn queued(&self, message: &Message) {
        self.tell(message.account_id, Some(Input::Queued(message.into())));
    }

    /// There are rows to send: starts a driver if none is at work.
    pub(crate) fn wake(&self, account: AccountId) {
        self.tell(account, None);
    }

    /// The account takes messages, or takes none. No driver is started: one that starts asks.
    pub(crate) fn link(&self, account: AccountId, up: bool) {
        if let Some(driver) = self.lock().get(&account) {
            // A driver that is just ending has nothing to send.
            let _ = driver.send(if up { Input::Up } else { Input::Down });
        }
    }

    /// Ends a driver that has nothing left, unless something was told meanwhile.
    pub(crate) fn retire(&self, account: AccountId, inputs: &mpsc::UnboundedReceiver<Input>) -> bool {
        let mut drivers = self.lock();
        let idle = inputs.is_empty();
        if idle {
            drivers.remove(&account);
        }
        idle
    }

    fn tell(&self, account: AccountId, input: Option<Input>) {
        let mut drivers = self.lock();
        let driver = drivers.entry(account).or_insert_with(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            // Nobody takes it once the engine stops; the rows wait for the next start.
            let _ = self.wanted.send((account, receiver));
            sender
        });
        if let Some(input) = input {
            let _ = driver.send(input);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, mpsc::UnboundedSender<Input>>> {
        self.drivers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

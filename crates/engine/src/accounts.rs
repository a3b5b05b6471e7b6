//! Accounts: which are running, where their links stand, switching them on and off.

use crate::engine::Engine;
use crate::inner::Inner;
use crate::outlet::{Audience, Refused};
use crate::refused::{not_found, refused};
use crate::status::status;
use domain::{Account, AccountId, ConnectionState, ProviderKind, UserId};
use protocol::command::{ConnectWhatsapp, DisconnectWhatsapp};
use protocol::event::Status;
use protocol::value::LinkMethod;
use protocol::{ErrorCode, ServerEvent};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{AccountChange, AddAccount, Answer, Write};
use whatsapp::{Link, Login, Provider};

/// Between the starts of two accounts when the server starts.
const STAGGER: Duration = Duration::from_millis(20);

/// What is said of an account that nobody wants up.
pub(crate) const SWITCHED_OFF: &str = "This account is switched off. Nothing is sent or received.";

/// The accounts that run in this process.
#[derive(Default)]
pub(crate) struct Accounts {
    state: Mutex<State>,
    /// One account is switched by one caller at a time.
    turns: Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<()>>>>,
}

#[derive(Default)]
struct State {
    running: HashMap<AccountId, Arc<dyn Provider>>,
    links: HashMap<AccountId, Link>,
    /// What accounts told while they are being switched; `None` is not listened to.
    held: HashMap<AccountId, Option<Vec<Link>>>,
}

impl Accounts {
    pub(crate) fn provider(&self, account: AccountId) -> Option<Arc<dyn Provider>> {
        self.lock().running.get(&account).cloned()
    }

    pub(crate) fn link(&self, account: AccountId) -> Option<Link> {
        self.lock().links.get(&account).cloned()
    }

    pub(crate) fn set_link(&self, account: AccountId, link: Link) {
        self.lock().links.insert(account, link);
    }

    /// How many accounts are up.
    pub(crate) fn connected(&self) -> usize {
        self.lock().links.values().filter(|link| link.state.is_connected()).count()
    }

    /// Keeps what an account tells while it is being switched. True: it was kept, or is not listened to.
    pub(crate) fn hold(&self, account: AccountId, link: &Link) -> bool {
        let mut state = self.lock();
        let Some(held) = state.held.get_mut(&account) else { return false };
        if let Some(links) = held {
            links.push(link.clone());
        }
        true
    }

    /// From here on what the account tells is kept.
    fn hold_links(&self, account: AccountId) {
        self.lock().held.insert(account, Some(Vec::new()));
    }

    /// From here on what the account tells is not listened to: its end is ours to tell.
    fn ignore_links(&self, account: AccountId) {
        self.lock().held.insert(account, None);
    }

    /// Listens again, and gives what was kept.
    fn release_links(&self, account: AccountId) -> Vec<Link> {
        self.lock().held.remove(&account).flatten().unwrap_or_default()
    }

    fn put(&self, account: AccountId, provider: Arc<dyn Provider>) {
        self.lock().running.insert(account, provider);
    }

    fn take(&self, account: AccountId) -> Option<Arc<dyn Provider>> {
        self.lock().running.remove(&account)
    }

    fn take_all(&self) -> Vec<Arc<dyn Provider>> {
        self.lock().running.drain().map(|(_, provider)| provider).collect()
    }

    fn turn(&self, account: AccountId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(account).or_default().clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Engine<T> {
    /// Where an account stands; without a name, the user's default account, and without one of those a status of none.
    pub fn status(&self, user: &UserId, account: Option<&str>) -> Result<Status, Refused> {
        match account {
            Some(id) => self.visible(user, id).map(|account| self.status_of(&account)),
            None => match self.default_account(user) {
                Some(account) => Ok(self.status_of(&account)),
                None => Ok(Status::none()),
            },
        }
    }

    /// Brings an account up, to be linked by QR code if it is not. An account that is up or on its way stays as it is.
    pub async fn connect(&self, user: &UserId, command: &ConnectWhatsapp) -> Result<Status, Refused> {
        if command.method == Some(LinkMethod::Code) {
            let message = "Linking by pairing code is not supported yet. Link by QR code.";
            return Err(Refused::with_message(ErrorCode::NotSupported, message).on("method"));
        }
        let account = self.account_to_connect(user, command).await?;
        let turn = self.inner.accounts.turn(account.id);
        let _turn = turn.lock().await;
        if self.under_way(account.id) {
            return Ok(self.tell_status(&account));
        }
        self.end_provider(account.id, End::Stop).await;
        self.change_account(account.id, AccountChange::Wanted(true)).await?;
        self.start_provider(&account, Login::Qr)?;
        Ok(self.status_of(&account))
    }

    /// Switches an account off; with `logout` its link ends too.
    pub async fn disconnect(&self, user: &UserId, command: &DisconnectWhatsapp) -> Result<Status, Refused> {
        let account = self.named_account(user, command.account_id.as_deref())?;
        let turn = self.inner.accounts.turn(account.id);
        let _turn = turn.lock().await;
        let link = if command.logout {
            self.end_provider(account.id, End::LogOut).await;
            self.change_account(account.id, AccountChange::LoggedOut).await?;
            ended(ConnectionState::LoggedOut, "logged_out", "The link was ended here. Link the phone again to go on.")
        } else {
            self.end_provider(account.id, End::Stop).await;
            self.change_account(account.id, AccountChange::Wanted(false)).await?;
            ended(ConnectionState::Disconnected, "switched_off", SWITCHED_OFF)
        };
        self.inner.accounts.set_link(account.id, link);
        self.inner.outboxes().link(account.id, false);
        Ok(self.tell_status(&account))
    }

    /// Makes an account. It is not started.
    pub async fn add_account(
        &self,
        owner: &UserId,
        provider: ProviderKind,
        name: Option<String>,
    ) -> Result<Account, Refused> {
        if provider == ProviderKind::Cloud {
            let message = "Accounts of the Cloud API come with a later version. Use \"web\" or \"demo\".";
            return Err(Refused::with_message(ErrorCode::NotSupported, message).on("provider"));
        }
        let account = AddAccount { id: AccountId::new(), owner: owner.clone(), provider, name };
        match self.write(Write::AddAccount(account)).await? {
            Answer::Account(account) => Ok(account),
            other => Err(unexpected(&other)),
        }
    }

    /// Starts what was up when the server stopped, a few at a time.
    pub(crate) async fn start_wanted(self) {
        for account in self.directory().accounts() {
            if account.wanted && !self.inner.stopping() {
                let turn = self.inner.accounts.turn(account.id);
                let _turn = turn.lock().await;
                if !self.under_way(account.id)
                    && let Err(error) = self.start_provider(&account, Login::Resume)
                {
                    tracing::warn!(account.id = %account.id, reason = error.message(), "An account was not started");
                }
                tokio::time::sleep(STAGGER).await;
            }
        }
    }

    /// Closes all connections; the links stay.
    pub(crate) async fn stop_all(&self) {
        let stops: Vec<_> =
            self.inner.accounts.take_all().into_iter().map(|p| tokio::spawn(async move { p.stop().await })).collect();
        for stop in stops {
            // A provider that panics while it stops has stopped.
            let _ = stop.await;
        }
    }

    async fn account_to_connect(&self, user: &UserId, command: &ConnectWhatsapp) -> Result<Arc<Account>, Refused> {
        let account = match command.account_id.as_deref() {
            Some(id) => Some(self.visible(user, id)?),
            None => self.default_account(user),
        };
        match account {
            Some(account)
                if command.provider.is_some_and(|provider| ProviderKind::from(provider) != account.provider) =>
            {
                let message = format!("The account's provider is \"{}\".", account.provider.as_str());
                Err(Refused::with_message(ErrorCode::Conflict, message).on("provider"))
            }
            Some(account) => Ok(account),
            None => {
                self.add_account(user, command.provider.map_or(ProviderKind::Web, Into::into), None).await.map(Arc::new)
            }
        }
    }

    /// The account of that id, else the user's default one.
    fn named_account(&self, user: &UserId, id: Option<&str>) -> Result<Arc<Account>, Refused> {
        match id {
            Some(id) => self.visible(user, id),
            None => self.default_account(user).ok_or_else(|| Refused::new(ErrorCode::AccountNotLinked)),
        }
    }

    /// The account of that id, if the user may see it.
    pub fn visible(&self, user: &UserId, id: &str) -> Result<Arc<Account>, Refused> {
        let directory = self.directory();
        let id = id.parse().ok().filter(|id| directory.access(user, *id).is_some());
        id.and_then(|id| directory.account(id)).ok_or_else(|| not_found("account"))
    }

    fn default_account(&self, user: &UserId) -> Option<Arc<Account>> {
        let directory = self.directory();
        directory.default_account(user).and_then(|id| directory.account(id))
    }

    fn under_way(&self, account: AccountId) -> bool {
        let state = self.inner.accounts.link(account).map(|link| link.state);
        self.inner.accounts.provider(account).is_some() && !state.is_some_and(is_end)
    }

    /// Tells that it connects, then what the provider tells.
    fn start_provider(&self, account: &Account, login: Login) -> Result<(), Refused> {
        let connector = self.inner.connector().ok_or_else(|| Refused::new(ErrorCode::ShuttingDown))?;
        self.inner.accounts.hold_links(account.id);
        let started = connector.start(account, login);
        let told = self.inner.accounts.release_links(account.id);
        let provider = started.map_err(|error| Refused::with_message(ErrorCode::NotSupported, error.to_string()))?;
        self.inner.accounts.put(account.id, provider);
        self.inner.link_changed(account.id, connecting());
        told.into_iter().for_each(|link| self.inner.link_changed(account.id, link));
        Ok(())
    }

    /// Ends the account's connection, if it has one. What it tells of its end is not listened to.
    async fn end_provider(&self, account: AccountId, end: End) {
        if let Some(provider) = self.inner.accounts.take(account) {
            self.inner.accounts.ignore_links(account);
            match end {
                End::Stop => provider.stop().await,
                End::LogOut => provider.log_out().await,
            }
            self.inner.accounts.release_links(account);
        }
    }

    async fn change_account(&self, account: AccountId, change: AccountChange) -> Result<(), Refused> {
        self.write(Write::ChangeAccount { account, change }).await.map(drop)
    }

    fn tell_status(&self, account: &Account) -> Status {
        let status = self.status_of(account);
        self.inner.emit(Audience::Account(account.id), ServerEvent::WhatsappStatusUpdate(Box::new(status.clone())));
        status
    }

    /// Where an account stands, whoever asks.
    pub fn status_of(&self, account: &Account) -> Status {
        self.inner.status_of(account)
    }

    pub(crate) async fn write(&self, write: Write) -> Result<Answer, Refused> {
        self.inner.store.write(write).await.map(|outcome| outcome.answer).map_err(|refusal| refused(&refusal))
    }
}

impl<T: Send + 'static> Inner<T> {
    pub(crate) fn status_of(&self, account: &Account) -> Status {
        status(
            account,
            self.accounts.link(account.id),
            self.provider(account.id).map(|provider| provider.capabilities()),
        )
    }
}

/// Nothing more comes of a link in this state by itself.
const fn is_end(state: ConnectionState) -> bool {
    matches!(state, ConnectionState::Disconnected | ConnectionState::LoggedOut | ConnectionState::ClientOutdated)
}

/// How a connection is ended.
enum End {
    /// The link stays.
    Stop,
    /// The link ends too.
    LogOut,
}

fn connecting() -> Link {
    let link = ended(ConnectionState::Connecting, "", "Connecting to WhatsApp. A few seconds.");
    Link { reason: None, ..link }
}

/// A link that nothing keeps up.
pub(crate) fn ended(state: ConnectionState, reason: &'static str, message: &str) -> Link {
    Link {
        state,
        qr: None,
        addresses: Vec::new(),
        name: None,
        retry_at: None,
        reason: Some(reason),
        message: message.to_owned(),
    }
}

pub(crate) fn unexpected(answer: &Answer) -> Refused {
    tracing::error!(?answer, "The store answered with something else");
    Refused::new(ErrorCode::Internal)
}

//! An engine on a store in a temporary folder, with a fake WhatsApp and somebody who listens.

use crate::fake::{FakeConnector, World};
use domain::{Account, ConnectionState, ProviderKind, Role, SystemClock, UserId};
use engine::{Audience, Caller, Emission, Engine, Item, Options, Outlet, Refused, Reply};
use protocol::command::{ConnectWhatsapp, SendMessage};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::AddUser;

/// What was told, in order.
#[derive(Debug)]
pub enum Told {
    Event(Audience, &'static str, serde_json::Value),
    Answer(u32, Result<Reply, Refused>),
    Grant(UserId),
    Revoke(UserId),
    Expel,
}

#[derive(Default)]
pub struct Listener(pub Mutex<Vec<Told>>);

impl Outlet<u32> for Listener {
    fn commit(&self, items: Vec<Item<u32>>) {
        let told = items.into_iter().map(|item| match item {
            Item::Emit(emission) => event(emission),
            Item::Answer(ticket, answer) => Told::Answer(ticket, answer),
            Item::Grant { user, .. } => Told::Grant(user),
            Item::Revoke { user, .. } => Told::Revoke(user),
            Item::Expel { .. } => Told::Expel,
        });
        self.0.lock().unwrap().extend(told);
    }

    fn emit(&self, emission: Emission) {
        self.0.lock().unwrap().push(event(emission));
    }
}

fn event(emission: Emission) -> Told {
    let payload = serde_json::to_value(&emission.event).unwrap();
    Told::Event(emission.to, emission.event.name(), payload)
}

pub struct House {
    pub engine: Engine<u32>,
    pub world: Arc<World>,
    pub listener: Arc<Listener>,
    folder: Arc<tempfile::TempDir>,
}

impl House {
    pub async fn build() -> Self {
        Self::open(Arc::new(tempfile::tempdir().unwrap()), Arc::default()).await
    }

    /// The same house after a restart: the store stays, all else is new.
    pub async fn rebuild(self) -> Self {
        self.engine.stop(Duration::from_secs(5)).await;
        Self::open(self.folder, Arc::default()).await
    }

    async fn open(folder: Arc<tempfile::TempDir>, world: Arc<World>) -> Self {
        let options = Options {
            store: store::Options::new(folder.path().join("switchboard.db")),
            providers: whatsapp::Config::default(),
            clock: Arc::new(SystemClock),
            send_max_age: Duration::from_secs(86_400),
        };
        let (listener, for_connector) = (Arc::new(Listener::default()), world.clone());
        let connector = Box::new(move |_, events| {
            *for_connector.events.lock().unwrap() = Some(events);
            Ok(Box::new(FakeConnector(for_connector)) as Box<dyn engine::Connector>)
        });
        let engine = Engine::start_with(options, connector, listener.clone()).await.unwrap();
        Self { engine, world, listener, folder }
    }

    pub async fn user(&self, id: &str) -> UserId {
        let id = UserId::new(id).unwrap();
        let user = AddUser {
            id: id.clone(),
            email: Some(format!("{id}@example.com")),
            name: id.to_string(),
            role: Role::User,
            password_hash: None,
            first_admin: false,
        };
        self.engine.add_user(user).await.unwrap();
        id
    }

    /// A user with an account that is linked and up.
    pub async fn up(&self, id: &str) -> (UserId, Arc<Account>) {
        let user = self.user(id).await;
        let account = self.engine.add_account(&user, ProviderKind::Web, None).await.unwrap();
        self.engine.connect(&user, &connect()).await.unwrap();
        self.world.link(account.id, ConnectionState::Open);
        self.until(|| self.engine.directory().account(account.id).is_some_and(|a| a.linked)).await;
        (user, self.engine.directory().account(account.id).unwrap())
    }

    pub fn send(&self, user: &UserId, ticket: u32, to: &str, text: &str) {
        self.engine.send(&Caller { user: user.clone() }, to_phone(to, text), ticket);
    }

    pub async fn until(&self, condition: impl Fn() -> bool) {
        let wait = async {
            while !condition() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let told = || format!("what was awaited did not happen: {:#?}", self.listener.0.lock().unwrap());
        tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap_or_else(|_| panic!("{}", told()));
    }

    /// Waits for an event of that name for which the test holds, and gives its payload.
    pub async fn event(&self, name: &str, test: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        let find = || {
            self.listener.0.lock().unwrap().iter().find_map(|told| match told {
                Told::Event(_, told, payload) if *told == name && test(payload) => Some(payload.clone()),
                _ => None,
            })
        };
        self.until(|| find().is_some()).await;
        find().unwrap()
    }

    /// The states of links that were told so far, in order.
    pub fn told_statuses(&self) -> Vec<String> {
        let told = self.listener.0.lock().unwrap();
        let states = told.iter().filter_map(|told| match told {
            Told::Event(_, "whatsapp_status_update", status) => status["connectionState"].as_str().map(str::to_owned),
            _ => None,
        });
        states.collect()
    }

    /// Names of what was told so far, in order; answers as `ok` and the code.
    pub fn told(&self) -> Vec<String> {
        let told = self.listener.0.lock().unwrap();
        told.iter()
            .map(|told| match told {
                Told::Event(_, name, _) => (*name).to_owned(),
                Told::Answer(ticket, Ok(_)) => format!("{ticket} ok"),
                Told::Answer(ticket, Err(refused)) => format!("{ticket} {}", refused.code.as_str()),
                Told::Grant(user) => format!("grant {user}"),
                Told::Revoke(user) => format!("revoke {user}"),
                Told::Expel => "expel".to_owned(),
            })
            .collect()
    }
}

pub fn connect() -> ConnectWhatsapp {
    ConnectWhatsapp { account_id: None, provider: None, method: None, phone: None }
}

pub fn to_phone(to: &str, text: &str) -> SendMessage {
    SendMessage { to: Some(to.into()), message: text.into(), conversation_id: None, account_id: None, client_id: None }
}

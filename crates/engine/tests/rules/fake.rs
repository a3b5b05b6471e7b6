//! A provider by hand: it records what it is asked and answers what the test told it to.

use async_trait::async_trait;
use domain::{Account, AccountId, Address, ConnectionState, Timestamp};
use engine::Connector;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use whatsapp::{
    Accepted, Capability, Link, Login, NotSupported, Outbound, Provider, ProviderEvents, Received, SendError, Typing,
};

/// What a fake WhatsApp does with a send: the first of its list, or takes it.
#[derive(Default)]
pub struct World {
    pub answers: Mutex<VecDeque<Result<(), SendError>>>,
    pub sent: Mutex<Vec<(AccountId, Outbound)>>,
    pub typed: Mutex<Vec<Typing>>,
    pub started: Mutex<Vec<(AccountId, Login)>>,
    pub events: Mutex<Option<Arc<dyn ProviderEvents>>>,
    pub ended: Mutex<HashMap<AccountId, &'static str>>,
}

impl World {
    pub fn answer(&self, answer: Result<(), SendError>) {
        self.answers.lock().unwrap().push_back(answer);
    }

    pub fn events(&self) -> Arc<dyn ProviderEvents> {
        self.events.lock().unwrap().clone().unwrap()
    }

    pub fn sent(&self) -> Vec<Outbound> {
        self.sent.lock().unwrap().iter().map(|(_, sent)| sent.clone()).collect()
    }

    pub fn link(&self, account: AccountId, state: ConnectionState) {
        let link = Link {
            state,
            qr: None,
            addresses: vec![Address::Phone("4915550001".into()), Address::Lid("9100".into())],
            name: Some("Shop".into()),
            retry_at: None,
            reason: None,
            message: "As the test says.".into(),
        };
        self.events().link(account, link);
    }
}

pub struct FakeConnector(pub Arc<World>);

impl Connector for FakeConnector {
    fn start(&self, account: &Account, login: Login) -> Result<Arc<dyn Provider>, NotSupported> {
        self.0.started.lock().unwrap().push((account.id, login));
        Ok(Arc::new(FakeProvider { account: account.id, world: self.0.clone() }))
    }
}

struct FakeProvider {
    account: AccountId,
    world: Arc<World>,
}

#[async_trait]
impl Provider for FakeProvider {
    fn capabilities(&self) -> &'static [Capability] {
        &[Capability::Typing]
    }

    async fn send(&self, message: Outbound) -> Result<Accepted, SendError> {
        self.world.sent.lock().unwrap().push((self.account, message));
        let answer = self.world.answers.lock().unwrap().pop_front().unwrap_or(Ok(()));
        answer.map(|()| Accepted { provider_id: None, at: Timestamp(5_000) })
    }

    async fn typing(&self, _to: Vec<Address>, typing: Typing) {
        self.world.typed.lock().unwrap().push(typing);
    }

    async fn stop(&self) {
        self.world.ended.lock().unwrap().insert(self.account, "stopped");
        self.world.link(self.account, ConnectionState::Disconnected);
    }

    async fn log_out(&self) {
        self.world.ended.lock().unwrap().insert(self.account, "logged out");
    }
}

pub fn text_from(phone: &str, id: &str, text: &str) -> Received {
    let from = vec![Address::Phone(phone.into())];
    Received {
        provider_id: id.into(),
        chat: from.clone(),
        sender: from,
        from_me: false,
        push_name: Some("Carla".into()),
        kind: domain::MessageKind::Text,
        content: text.into(),
        raw: None,
        timestamp: Timestamp(1_000),
    }
}

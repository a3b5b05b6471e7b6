use super::{
    customer::{self, Customer, Place, Text},
    people::{OWNER, PEOPLE, Person},
    script::Script,
};
use crate::{
    Accepted, Capability, DemoConfig, Link, Outbound, Provider, ProviderEvents, SendError, Typing, tasks::Tasks,
};
use async_trait::async_trait;
use domain::{AccountId, Address, Clock, ConnectionState};
use rand::{SeedableRng, rngs::StdRng};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

const OPEN: &str = "This is a demo account: its customers are invented, and nothing leaves this server.";
const STOPPED: &str = "The demo account is switched off.";
const LOGGED_OUT: &str = "The demo account was logged out. Connect it again to go on trying.";

/// What all demo accounts share.
pub(crate) struct DemoShared {
    pub(super) config: DemoConfig,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) events: Arc<dyn ProviderEvents>,
}

impl DemoShared {
    pub(crate) fn new(config: DemoConfig, clock: Arc<dyn Clock>, events: Arc<dyn ProviderEvents>) -> Self {
        Self { config, clock, events }
    }

    fn rng(&self, place: usize) -> StdRng {
        self.config.seed.map_or_else(rand::make_rng, |seed| StdRng::seed_from_u64(seed.wrapping_add(place as u64)))
    }
}

/// A running demo account.
pub(crate) struct Demo {
    shared: Arc<DemoShared>,
    account: AccountId,
    customers: Vec<(&'static Person, UnboundedSender<Text>)>,
    tasks: Tasks,
}

impl Demo {
    /// It is open at once; on the account's first start the customers greet, one after the other.
    pub(crate) fn start(shared: &Arc<DemoShared>, account: AccountId, first: bool) -> Self {
        let tasks = Tasks::new();
        shared.events.link(account, link(ConnectionState::Open, None, OPEN));
        let customers = (1..).zip(PEOPLE).map(|(place, person)| {
            let mut rng = shared.rng(place as usize);
            let script = Script::new(person, &mut rng);
            let customer = Customer { at: Place { shared: shared.clone(), account, person }, script, rng };
            (person, customer::spawn(&tasks, customer, first.then_some(place)))
        });
        let customers = customers.collect();
        Self { shared: shared.clone(), account, customers, tasks }
    }

    async fn end(&self, last: Link) {
        if self.tasks.stop().await {
            self.shared.events.link(self.account, last);
        }
    }
}

fn link(state: ConnectionState, reason: Option<&'static str>, message: &str) -> Link {
    Link {
        state,
        qr: None,
        addresses: vec![Address::Phone(OWNER.to_owned())],
        name: Some("Demo account".to_owned()),
        retry_at: None,
        reason,
        message: message.to_owned(),
    }
}

#[async_trait]
impl Provider for Demo {
    fn capabilities(&self) -> &'static [Capability] {
        &[Capability::Typing, Capability::ReadReceipts, Capability::Logout]
    }

    /// Everything is taken. The invented customers react; nobody else does.
    async fn send(&self, message: Outbound) -> Result<Accepted, SendError> {
        if self.tasks.is_stopped() {
            return Err(SendError::Again(STOPPED.to_owned()));
        }
        let to = |person: &Person| message.to.contains(&Address::Phone(person.phone.to_owned()));
        if let Some((_, phone)) = self.customers.iter().find(|(person, _)| to(person)) {
            let text = Text { id: message.provider_id, text: message.text };
            phone.send(text).map_err(|_| SendError::Again(STOPPED.to_owned()))?;
        }
        Ok(Accepted { provider_id: None, at: self.shared.clock.now() })
    }

    async fn typing(&self, _to: Vec<Address>, _typing: Typing) {}

    async fn stop(&self) {
        self.end(link(ConnectionState::Disconnected, Some("stopped"), STOPPED)).await;
    }

    async fn log_out(&self) {
        self.end(link(ConnectionState::LoggedOut, Some("logged_out_here"), LOGGED_OUT)).await;
    }
}

//! The linked device against the simulator: the real library over real TCP.
//!
//! Run with `cargo nextest run -p whatsapp --features simulator`, and with SIMULATOR_BIN set to the simulator's binary.
#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, missing_docs)]

mod faults;
mod links;
#[path = "../sim/mod.rs"]
mod sim;
#[path = "../support/mod.rs"]
mod support;
mod texts;

use domain::{AccountId, AccountSettings, Address, ConnectionState, DeliveryStatus, ProviderKind, SystemClock};
use serde_json::{Value, json};
use sim::Simulator;
use std::sync::Arc;
use support::{MemorySessions, Recorder, Told};
use whatsapp::{
    Config, Link, Login, Outbound, Provider, Providers, Received, SendError, Typing, WebConfig, fresh_message_id,
};

const OWNER: &str = "+12025550100";
const TOM: &str = "+12025550142";
const UMA: &str = "+12025550143";

/// One account, which can be started again and again.
struct World {
    sim: Simulator,
    sessions: Arc<MemorySessions>,
    recorder: Arc<Recorder>,
    providers: Providers,
    account: AccountId,
}

impl World {
    async fn new() -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sim = Simulator::start().await;
        let sessions = MemorySessions::new();
        let recorder = Recorder::new();
        let web = WebConfig { url: Some(sim.web.clone()), ..WebConfig::default() };
        let config = Config { web, ..Config::default() };
        let providers = Providers::new(config, Arc::new(SystemClock), sessions.clone(), recorder.clone()).unwrap();
        Self { sim, sessions, recorder, providers, account: AccountId::new() }
    }

    fn start(&self, login: Login) -> Arc<dyn Provider> {
        self.start_with(login, AccountSettings::default())
    }

    fn start_with(&self, login: Login, settings: AccountSettings) -> Arc<dyn Provider> {
        self.providers.start(self.account, ProviderKind::Web, login, settings, false).unwrap()
    }

    /// Links the account to the owner's phone, by code.
    async fn link(&self) -> Arc<dyn Provider> {
        let provider = self.start(Login::Qr);
        let qr = self.recorder.wait("a code", |told| last_link(told).qr.map(|qr| qr.code)).await;
        self.sim.scan(OWNER, &qr).await;
        self.state(ConnectionState::Open).await;
        provider
    }

    /// Waits until the newest link has that state.
    async fn state(&self, state: ConnectionState) -> Link {
        self.recorder.wait(state.as_str(), |told| Some(last_link(told)).filter(|link| link.state == state)).await
    }

    /// Waits until that many messages were received.
    async fn received(&self, count: usize) -> Vec<Received> {
        self.recorder
            .wait("messages", |_| Some(self.recorder.received()).filter(|received| received.len() >= count))
            .await
    }

    async fn status(&self, id: &str, status: DeliveryStatus) {
        let reached = |told: &Told| match told {
            Told::Receipt(receipt) => receipt.status == status && receipt.provider_ids.iter().any(|of| of == id),
            _ => false,
        };
        self.recorder.wait(status.as_str(), |told| told.iter().any(reached).then_some(())).await;
    }

    async fn phone_got(&self, number: &str, count: usize) -> Vec<Value> {
        let list = format!("phones/{}/messages", sim::path(number));
        self.sim.wait("texts at the phone", &list, |items| (items.len() >= count).then(|| items.to_vec())).await
    }

    async fn queue(&self, wanted: u64) {
        let at = |items: &[Value]| items.iter().any(|device| device["queue"] == wanted).then_some(());
        self.sim.wait("the queue", "accounts", at).await;
    }
}

fn last_link(told: &[Told]) -> Link {
    let link = |told: &Told| if let Told::Link(link) = told { Some(link.clone()) } else { None };
    told.iter().rev().find_map(link).unwrap_or_else(|| Link {
        state: ConnectionState::Disconnected,
        qr: None,
        addresses: Vec::new(),
        name: None,
        retry_at: None,
        reason: None,
        message: String::new(),
    })
}

fn phone(number: &str) -> Address {
    Address::parse(number).unwrap()
}

fn text(to: Vec<Address>, text: &str) -> Outbound {
    Outbound { provider_id: fresh_message_id(&mut rand::rng()), to, text: text.into() }
}

fn texts(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| item["text"].as_str().unwrap_or("").to_owned()).collect()
}

//! The linked device against the simulator: the real library over real TCP.
//!
//! Run with `cargo nextest run -p whatsapp --features simulator`, and with SIMULATOR_BIN set to the simulator's binary.
#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, missing_docs)]

mod sim;
mod support;

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

#[tokio::test(flavor = "multi_thread")]
async fn links_by_code_and_says_who_it_is() {
    let world = World::new().await;
    let lid = world.sim.phone(OWNER, json!({})).await;
    let provider = world.link().await;
    let link = world.state(ConnectionState::Open).await;
    assert_eq!(link.addresses, [phone(OWNER), Address::Lid(lid)]);
    let name = Some(format!("Phone {OWNER}"));
    world.recorder.wait("the owner's name", |told| (last_link(told).name == name).then_some(())).await;
    let states: Vec<_> = world.recorder.links().iter().map(|link| link.state).collect();
    assert_eq!(states[..2], [ConnectionState::Connecting, ConnectionState::Qr], "{states:?}");
    provider.stop().await;
    assert_eq!(world.recorder.links().last().unwrap().reason, Some("stopped"));
    world.sim.knew_everything().await;
}

/// Fifty texts each way in order, with receipts, to somebody known by LID and somebody known by number.
async fn exchange(owner_by: &str) {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({ "address": owner_by })).await;
    let tom_lid = world.sim.phone(TOM, json!({ "address": "lid", "reads": true })).await;
    let uma_lid = world.sim.phone(UMA, json!({ "address": "phone" })).await;
    let provider = world.link().await;

    for (number, lid) in [(TOM, &tom_lid), (UMA, &uma_lid)] {
        world.recorder.forget();
        for i in 0..50 {
            world.sim.send(number, OWNER, &format!("in {i}")).await;
        }
        let received = world.received(50).await;
        let mut both = received[0].chat.clone();
        both.sort();
        assert_eq!(both, [phone(number), Address::Lid(lid.clone())], "LID and number are one person from the start");
        assert!(received.iter().all(|message| message.chat == received[0].chat && !message.from_me));
        let contents: Vec<_> = received.iter().map(|message| message.content.clone()).collect();
        assert_eq!(contents, (0..50).map(|i| format!("in {i}")).collect::<Vec<_>>());
        assert_eq!(received[0].push_name, Some(format!("Phone {number}")));

        let mut last = String::new();
        for i in 0..50 {
            let message = text(received[0].chat.clone(), &format!("out {i}"));
            last.clone_from(&message.provider_id);
            provider.send(message).await.unwrap();
        }
        world.status(&last, DeliveryStatus::Delivered).await;
        if number == TOM {
            world.status(&last, DeliveryStatus::Read).await;
        }
        let got = world.phone_got(number, 50).await;
        assert_eq!(texts(&got), (0..50).map(|i| format!("out {i}")).collect::<Vec<_>>());
        assert_eq!(got[49]["messageId"], last.as_str());
        assert!(got.iter().all(|item| item["deliveries"] == 1), "{got:?}");
    }
    world.queue(0).await;
    provider.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_go_both_ways_by_lid() {
    exchange("lid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_go_both_ways_by_number() {
    exchange("phone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_written_to_by_number_alone() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    let lid = world.sim.phone(TOM, json!({ "replies": "echo" })).await;
    let provider = world.link().await;
    provider.send(text(vec![phone(TOM)], "hello")).await.unwrap();
    let echoed = world.received(1).await.remove(0);
    assert_eq!(echoed.content, "hello");
    assert!(echoed.chat.contains(&phone(TOM)) && echoed.chat.contains(&Address::Lid(lid.clone())), "{:?}", echoed.chat);
    let one_person = |told: &Told| match told {
        Told::Person(person) => {
            person.addresses.contains(&phone(TOM)) && person.addresses.contains(&Address::Lid(lid.clone()))
        }
        _ => false,
    };
    assert!(world.recorder.all().iter().any(one_person), "the engine heard of the LID before the answer came");
    let nobody = provider.send(text(vec![phone("+12025550199")], "hello?")).await;
    assert_eq!(nobody, Err(SendError::NotOnWhatsApp));
    provider.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn comes_back_after_a_restart_with_what_came_meanwhile() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sim.phone(TOM, json!({})).await;
    let provider = world.link().await;
    world.sim.send(TOM, OWNER, "before").await;
    let chat = world.received(1).await.remove(0).chat;
    world.queue(0).await;
    provider.stop().await;
    for i in 0..30 {
        world.sim.send(TOM, OWNER, &format!("away {i}")).await;
    }
    world.recorder.forget();

    let again = world.start(Login::Resume);
    world.state(ConnectionState::Open).await;
    let contents: Vec<_> = world.received(30).await.into_iter().map(|message| message.content).collect();
    assert_eq!(contents, (0..30).map(|i| format!("away {i}")).collect::<Vec<_>>());
    assert!(world.recorder.links().iter().all(|link| link.qr.is_none()), "no new code");
    again.send(text(chat, "back again")).await.unwrap();
    assert_eq!(texts(&world.phone_got(TOM, 1).await), ["back again"]);
    world.queue(0).await;
    again.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatsapp_is_told_received_only_once_it_is_stored() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sim.phone(TOM, json!({})).await;
    let provider = world.link().await;
    world.recorder.store_is_there(false);
    let id = world.sim.send(TOM, OWNER, "wait for me").await;
    world.queue(1).await;
    // Long enough for a receipt to come, were one sent: other stanzas go to and fro meanwhile.
    provider.send(text(vec![phone(TOM)], "meanwhile")).await.unwrap();
    world.phone_got(TOM, 1).await;
    world.queue(1).await;
    assert!(world.recorder.received().is_empty());

    // Switched off while the store is away: nothing is told, and WhatsApp brings it again.
    provider.stop().await;
    world.queue(1).await;
    world.recorder.store_is_there(true);
    let again = world.start(Login::Resume);
    let received = world.received(1).await;
    assert_eq!((received[0].provider_id.as_str(), received[0].content.as_str()), (id.as_str(), "wait for me"));
    world.queue(0).await;
    again.stop().await;
    assert_eq!(world.recorder.received().len(), 1);
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_comes_back_and_a_send_on_it_is_to_be_repeated() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sim.phone(TOM, json!({})).await;
    let provider = world.link().await;
    provider.send(text(vec![phone(TOM)], "first")).await.unwrap();

    world.sim.fault(json!({ "kind": "drop_acks", "share": 1.0, "phone": OWNER })).await;
    let message = text(vec![phone(TOM)], "twice");
    let sending = provider.send(message.clone());
    let cutting = async {
        world.phone_got(TOM, 2).await;
        world.recorder.forget();
        world.sim.fault(json!({ "kind": "drop", "phone": OWNER })).await;
    };
    let (sent, ()) = tokio::join!(sending, cutting);
    assert!(matches!(sent, Err(SendError::Again(_))), "{sent:?}");
    let lost = world.recorder.wait("the loss", |told| {
        told.iter().find_map(|told| match told {
            Told::Link(link) if link.state == ConnectionState::Reconnecting => Some(link.clone()),
            _ => None,
        })
    });
    let lost = lost.await;
    assert!(lost.reason == Some("connection_lost") && lost.retry_at.is_some(), "{lost:?}");

    world.sim.end_faults().await;
    world.state(ConnectionState::Open).await;
    provider.send(message).await.unwrap();
    provider.send(text(vec![phone(TOM)], "last")).await.unwrap();
    let got = world.phone_got(TOM, 3).await;
    assert_eq!(texts(&got), ["first", "twice", "last"], "the same id is the same message to the phone");
    provider.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_has_its_code() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sim.phone(TOM, json!({})).await;
    let provider = world.link().await;
    world.sim.fault(json!({ "kind": "nack", "code": 463, "count": 1, "phone": OWNER })).await;
    let refused = provider.send(text(vec![phone(TOM)], "no")).await;
    assert!(
        matches!(&refused, Err(SendError::Rejected { provider_code, .. }) if provider_code == "463"),
        "{refused:?}"
    );
    provider.send(text(vec![phone(TOM)], "yes")).await.unwrap();
    provider.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_owner_writes_on_the_phone_comes_in_as_theirs() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    let lid = world.sim.phone(TOM, json!({})).await;
    let provider = world.link().await;
    provider.send(text(vec![phone(TOM)], "from here")).await.unwrap();
    let id = world.sim.send(OWNER, TOM, "from the phone").await;
    let own = world.received(1).await.remove(0);
    assert_eq!((own.provider_id.as_str(), own.content.as_str(), own.from_me), (id.as_str(), "from the phone", true));
    assert!(own.chat.contains(&phone(TOM)) && own.chat.contains(&Address::Lid(lid)), "{:?}", own.chat);
    assert!(own.sender.contains(&phone(OWNER)) && own.push_name.is_none());
    world.queue(0).await;
    provider.stop().await;
    assert_eq!(world.recorder.received().len(), 1, "what was sent here does not come back");
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_text_is_asked_for_again_and_comes_once() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sim.phone(TOM, json!({})).await;
    let provider = world.link().await;
    for damaged in ["first", "second"] {
        world.sim.fault(json!({ "kind": "corrupt", "count": 1, "phone": OWNER })).await;
        world.sim.send(TOM, OWNER, damaged).await;
    }
    let contents: Vec<_> = world.received(2).await.into_iter().map(|message| message.content).collect();
    assert_eq!(contents, ["first", "second"]);
    world.queue(0).await;
    provider.stop().await;
    assert_eq!(world.recorder.received().len(), 2);
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_of_one_process_write_to_each_other() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sim.phone(TOM, json!({})).await;
    let anna = world.link().await;
    let other = AccountId::new();
    let start = world.providers.start(other, ProviderKind::Web, Login::Qr, AccountSettings::default(), true);
    let tom = start.unwrap();
    let code = |_: &[Told]| last_link(&world.recorder.of(other)).qr.map(|qr| qr.code);
    let qr = world.recorder.wait("the second code", code).await;
    world.sim.scan(TOM, &qr).await;
    let open = |_: &[Told]| (last_link(&world.recorder.of(other)).state == ConnectionState::Open).then_some(());
    world.recorder.wait("the second account", open).await;

    let contents = |account: AccountId| {
        let content = |told| match told {
            Told::Received(message) if !message.from_me => Some(message.content),
            _ => None,
        };
        world.recorder.of(account).into_iter().filter_map(content).collect::<Vec<_>>()
    };
    for i in 0..20 {
        anna.send(text(vec![phone(TOM)], &format!("to Tom {i}"))).await.unwrap();
        tom.send(text(vec![phone(OWNER)], &format!("to Anna {i}"))).await.unwrap();
    }
    let both = |_: &[Told]| (contents(world.account).len() + contents(other).len() == 40).then_some(());
    world.recorder.wait("forty texts", both).await;
    assert_eq!(contents(world.account), (0..20).map(|i| format!("to Anna {i}")).collect::<Vec<_>>());
    assert_eq!(contents(other), (0..20).map(|i| format!("to Tom {i}")).collect::<Vec<_>>());
    tokio::join!(anna.stop(), tom.stop());
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_not_shown_online_unless_they_want_it() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    let said = |count: usize, last: &'static str| {
        let sim = &world.sim;
        let find = move |_: &[Value]| {
            let presences = sim.presences();
            (presences.len() >= count && presences.last() == Some(&last)).then_some(presences.len())
        };
        sim.wait(last, "accounts", find)
    };
    let provider = world.link().await;
    let so_far = said(1, "unavailable").await;
    provider.stop().await;
    world.recorder.forget();
    let again = world.start(Login::Resume);
    let so_far = said(so_far + 1, "unavailable").await;
    again.stop().await;
    let online = world.start_with(Login::Resume, AccountSettings { mark_online: true, ..AccountSettings::default() });
    said(so_far + 1, "available").await;
    online.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_is_told_both_ways() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sim.phone(TOM, json!({})).await;
    let provider = world.link().await;
    let told = |wanted: Typing| {
        move |told: &[Told]| {
            told.iter().find_map(|told| match told {
                Told::Typing(who, typing) if *typing == wanted && who.contains(&phone(TOM)) => Some(()),
                _ => None,
            })
        }
    };
    provider.send(text(vec![phone(TOM)], "so that it is known who that is")).await.unwrap();
    world.sim.types(TOM, OWNER, "recording").await;
    world.recorder.wait("recording", told(Typing::Recording)).await;
    provider.typing(vec![phone(TOM)], Typing::Composing).await;
    let list = format!("phones/{}/typing", sim::path(TOM));
    world.sim.wait("typing at the phone", &list, |items| (!items.is_empty()).then_some(())).await;
    provider.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_here_ends_it_at_whatsapp_and_clears_the_session() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    let provider = world.link().await;
    provider.log_out().await;
    let last = world.recorder.links().pop().unwrap();
    assert_eq!((last.state, last.reason), (ConnectionState::LoggedOut, Some("logged_out_here")));
    assert_eq!(world.sessions.len(world.account), 0);
    world.sim.wait("the device to go", "accounts", |items| items.is_empty().then_some(())).await;

    let resumed = world.start(Login::Resume);
    assert_eq!(world.state(ConnectionState::Disconnected).await.reason, Some("not_linked"));
    resumed.stop().await;
    world.recorder.forget();
    let anew = world.link().await;
    anew.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_can_end_it_at_any_time() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    let provider = world.link().await;
    world.sim.fault(json!({ "kind": "log_out", "phone": OWNER })).await;
    assert_eq!(world.state(ConnectionState::LoggedOut).await.reason, Some("logged_out_by_phone"));
    assert_eq!(world.sessions.len(world.account), 0);
    let unsent = provider.send(text(vec![phone(TOM)], "hello?")).await;
    assert!(matches!(unsent, Err(SendError::Again(_))));
    provider.stop().await;
    assert_eq!(world.recorder.links().last().unwrap().reason, Some("logged_out_by_phone"), "it stays told");

    // Ended while the account is switched off: found out when it comes back.
    world.recorder.forget();
    let provider = world.link().await;
    provider.stop().await;
    world.sim.fault(json!({ "kind": "log_out", "phone": OWNER })).await;
    world.recorder.forget();
    let resumed = world.start(Login::Resume);
    assert_eq!(world.state(ConnectionState::LoggedOut).await.reason, Some("logged_out_by_phone"));
    resumed.stop().await;

    // The same, but a user asks to link: a code is shown without further ado.
    world.recorder.forget();
    let provider = world.link().await;
    provider.stop().await;
    world.sim.fault(json!({ "kind": "log_out", "phone": OWNER })).await;
    world.recorder.forget();
    let linking = world.link().await;
    assert!(world.recorder.links().iter().all(|link| link.state != ConnectionState::LoggedOut));
    linking.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_delays_the_start_only() {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sessions.is_away(true);
    let provider = world.start(Login::Qr);
    let waiting = |told: &[Told]| (last_link(told).reason == Some("store_unavailable")).then_some(());
    world.recorder.wait("word of the store", waiting).await;
    world.sessions.is_away(false);
    world.state(ConnectionState::Qr).await;
    provider.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_server_is_told_with_the_next_attempt() {
    let world = World::new().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let recorder = Recorder::new();
    let config = Config { web: WebConfig { url: Some(url), ..WebConfig::default() }, ..Config::default() };
    let providers = Providers::new(config, Arc::new(SystemClock), MemorySessions::new(), recorder.clone()).unwrap();
    let start = providers.start(world.account, ProviderKind::Web, Login::Qr, AccountSettings::default(), true);
    let provider = start.unwrap();
    let told = |told: &[Told]| Some(last_link(told)).filter(|link| link.reason == Some("unreachable"));
    let link = recorder.wait("unreachable", told).await;
    assert!(link.state == ConnectionState::Connecting && link.retry_at.is_some(), "{link:?}");
    provider.stop().await;
}

#[tokio::test]
async fn without_the_simulators_address_no_device_is_linked() {
    let providers =
        Providers::new(Config::default(), Arc::new(SystemClock), MemorySessions::new(), Recorder::new()).unwrap();
    let started = providers.start(AccountId::new(), ProviderKind::Web, Login::Qr, AccountSettings::default(), true);
    assert!(started.is_err(), "a build that checks no certificates must not meet WhatsApp");
}

/// The process dies in the middle of texts both ways, and another one goes on with the session as it was then.
async fn dies_after(count: usize) {
    let world = World::new().await;
    world.sim.phone(OWNER, json!({})).await;
    world.sim.phone(TOM, json!({})).await;
    let linked = world.link().await;
    linked.send(text(vec![phone(TOM)], "first")).await.unwrap();
    linked.stop().await;

    let doomed = tokio::runtime::Runtime::new().unwrap();
    let recorder = Recorder::new();
    let web = WebConfig { url: Some(world.sim.web.clone()), ..WebConfig::default() };
    let config = Config { web, ..Config::default() };
    let clock = Arc::new(SystemClock);
    let providers = Providers::new(config, clock, world.sessions.clone(), recorder.clone()).unwrap();
    let out: Vec<_> = (0..100).map(|i| text(vec![phone(TOM)], &format!("out {i}"))).collect();
    let (taken, mut taken_seen) = tokio::sync::watch::channel(0);
    let (account, sending, told) = (world.account, out.clone(), recorder.clone());
    doomed.spawn(async move {
        let start = providers.start(account, ProviderKind::Web, Login::Resume, AccountSettings::default(), false);
        let provider = start.unwrap();
        let open = |told: &[Told]| (last_link(told).state == ConnectionState::Open).then_some(());
        told.wait("open", open).await;
        for message in sending {
            provider.send(message).await.unwrap();
            taken.send_modify(|taken| *taken += 1);
        }
    });
    for i in 0..100 {
        world.sim.send(TOM, OWNER, &format!("in {i}")).await;
    }
    let enough = |_: &[Told]| (recorder.received().len() >= count).then_some(());
    recorder.wait("some texts", enough).await;
    let _ = taken_seen.wait_for(|taken| *taken >= count).await;
    doomed.shutdown_background();
    let taken = *taken_seen.borrow();

    let again = world.start(Login::Resume);
    world.state(ConnectionState::Open).await;
    let stored = |_: &[Told]| {
        let mut ids = std::collections::HashSet::new();
        let both = recorder.received().into_iter().chain(world.recorder.received());
        let once: Vec<_> = both.filter(|message| ids.insert(message.provider_id.clone())).collect();
        (once.len() >= 100).then_some(once)
    };
    let stored = world.recorder.wait("all texts", stored).await;
    let contents: Vec<_> = stored.into_iter().map(|message| message.content).collect();
    assert_eq!(contents, (0..100).map(|i| format!("in {i}")).collect::<Vec<_>>());
    // The one that was under way goes again, under its old id.
    for message in out.iter().skip(taken) {
        again.send(message.clone()).await.unwrap();
    }
    let got = world.phone_got(TOM, 101).await;
    let wanted = std::iter::once("first".to_owned()).chain((0..100).map(|i| format!("out {i}")));
    assert_eq!(texts(&got), wanted.collect::<Vec<_>>());
    world.queue(0).await;
    again.stop().await;
    world.sim.knew_everything().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_process_dies_early() {
    dies_after(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_process_dies_in_the_middle() {
    dies_after(40).await;
}

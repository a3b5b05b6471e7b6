#![allow(clippy::unwrap_used)]
use super::people::{OWNER, PEOPLE};
use crate::{
    Config, DemoConfig, Login, Outbound, Pace, Provider, Providers, Typing, fresh_message_id,
    support::{MemorySessions, Recorder, Told},
};
use domain::{
    AccountId, AccountSettings, Address, ConnectionState, DeliveryStatus, ManualClock, ProviderKind, Timestamp,
};
use std::{collections::HashSet, sync::Arc};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn start(recorder: &Arc<Recorder>, seed: Option<u64>, first: bool) -> Arc<dyn Provider> {
    let config = Config { demo: DemoConfig { pace: Pace::ZERO, seed }, ..Config::default() };
    let clock = Arc::new(ManualClock::at(NOW));
    let providers = Providers::new(config, clock, MemorySessions::new(), recorder.clone()).unwrap();
    providers.start(AccountId::new(), ProviderKind::Demo, Login::Qr, AccountSettings::default(), first).unwrap()
}

fn phone(digits: &str) -> Vec<Address> {
    vec![Address::Phone(digits.into())]
}

fn text(to: &str, id: &str, text: &str) -> Outbound {
    Outbound { provider_id: id.into(), to: phone(to), text: text.into() }
}

async fn greetings(recorder: &Recorder, count: usize) {
    let all = |told: &[Told]| {
        let received = told.iter().filter(|told| matches!(told, Told::Received(_))).count();
        (received >= count).then_some(())
    };
    recorder.wait("the greetings", all).await;
}

#[tokio::test]
async fn is_open_at_once_and_greets_the_first_time_only() {
    let recorder = Recorder::new();
    let demo = start(&recorder, None, true);
    let link = recorder.links().remove(0);
    assert_eq!(link.state, ConnectionState::Open);
    assert_eq!(link.addresses, phone(OWNER));
    assert!(link.message.contains("demo"));
    greetings(&recorder, 3).await;
    demo.stop().await;
    let from: HashSet<_> = recorder.received().into_iter().map(|message| message.sender).collect();
    assert_eq!(from, PEOPLE.iter().map(|person| phone(person.phone)).collect());
    assert!(recorder.received().iter().all(|message| message.content.contains("demo") && message.timestamp == NOW));

    recorder.forget();
    let again = start(&recorder, None, false);
    again.send(text(PEOPLE[0].phone, "A1", "hello")).await.unwrap();
    greetings(&recorder, 1).await;
    again.stop().await;
    assert_eq!(recorder.received().len(), 1, "an answer, and no greeting");
}

#[tokio::test]
async fn a_customer_gets_reads_types_and_answers_in_this_order() {
    let recorder = Recorder::new();
    let demo = start(&recorder, Some(1), false);
    let tom = phone(PEOPLE[1].phone);
    demo.send(text(PEOPLE[1].phone, "3EB01", "Your parcel ships today")).await.unwrap();
    let paused = Told::Typing(tom.clone(), Typing::Paused);
    recorder.wait("the end of typing", |told| told.contains(&paused).then_some(())).await;
    let told: Vec<_> = recorder
        .all()
        .into_iter()
        .map(|told| match told {
            Told::Link(link) => link.state.as_str().to_owned(),
            Told::Receipt(receipt) => format!("{} {:?}", receipt.status.as_str(), receipt.provider_ids),
            Told::Typing(who, typing) if who == tom => format!("{typing:?}"),
            Told::Received(message) if message.chat == tom && !message.from_me => "answer".to_owned(),
            other => panic!("unexpected: {other:?}"),
        })
        .collect();
    assert_eq!(told, ["open", "delivered [\"3EB01\"]", "read [\"3EB01\"]", "Composing", "answer", "Paused"]);
}

#[tokio::test]
async fn many_texts_are_each_read_and_answered_in_order() {
    let recorder = Recorder::new();
    let demo = start(&recorder, None, false);
    let ids: Vec<_> = (0..200).map(|i| format!("ID{i}")).collect();
    for id in &ids {
        demo.send(text(PEOPLE[2].phone, id, "Is this fine?")).await.unwrap();
    }
    greetings(&recorder, 200).await;
    for status in [DeliveryStatus::Delivered, DeliveryStatus::Read] {
        let of_status = |told| match told {
            Told::Receipt(receipt) if receipt.status == status => receipt.provider_ids.into_iter().next(),
            _ => None,
        };
        let seen: Vec<_> = recorder.all().into_iter().filter_map(of_status).collect();
        assert_eq!(seen, ids, "{status:?}");
    }
    let inbound: HashSet<_> = recorder.received().into_iter().map(|message| message.provider_id).collect();
    assert_eq!(inbound.len(), 200);
}

#[tokio::test]
async fn everybody_else_is_silent() {
    let recorder = Recorder::new();
    let demo = start(&recorder, None, false);
    let accepted = demo.send(text("4917012345678", "X1", "hello?")).await.unwrap();
    assert_eq!((accepted.provider_id, accepted.at), (None, NOW));
    demo.send(text(PEOPLE[0].phone, "X2", "hello?")).await.unwrap();
    greetings(&recorder, 1).await;
    let about_x1 = |told: &Told| matches!(told, Told::Receipt(receipt) if receipt.provider_ids == ["X1"]);
    assert!(!recorder.all().iter().any(about_x1));
}

#[tokio::test]
async fn the_same_seed_does_the_same() {
    let mut runs = Vec::new();
    for seed in [Some(5), Some(5), Some(6)] {
        let recorder = Recorder::new();
        let demo = start(&recorder, seed, false);
        demo.send(text(PEOPLE[0].phone, "A", "fine")).await.unwrap();
        greetings(&recorder, 1).await;
        demo.stop().await;
        runs.push(recorder.received());
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn nothing_is_told_after_the_stop() {
    let recorder = Recorder::new();
    let demo = start(&recorder, None, true);
    demo.log_out().await;
    let told = recorder.all();
    let Some(Told::Link(last)) = told.last() else { panic!("the end is told last: {told:?}") };
    assert_eq!((last.state, last.reason), (ConnectionState::LoggedOut, Some("logged_out_here")));
    let id = fresh_message_id(&mut rand::rng());
    assert!(demo.send(text(PEOPLE[0].phone, &id, "hello?")).await.is_err());
    demo.stop().await;
    tokio::task::yield_now().await;
    assert_eq!(recorder.all(), told);
}

//! Texts, receipts and typing, both ways.

use crate::*;

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

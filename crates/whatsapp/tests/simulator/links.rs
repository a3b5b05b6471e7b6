//! Linking, coming back, and the ends of a link.

use crate::*;

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

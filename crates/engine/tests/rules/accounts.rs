use crate::house::{House, connect};
use domain::{ConnectionState, ProviderKind};
use protocol::ErrorCode;
use protocol::command::DisconnectWhatsapp;
use protocol::value::LinkMethod;
use whatsapp::Login;

fn disconnect(logout: bool) -> DisconnectWhatsapp {
    DisconnectWhatsapp { account_id: None, logout }
}

#[tokio::test]
async fn connecting_makes_the_account_and_starts_it_once() {
    let house = House::build().await;
    let ann = house.user("ann").await;
    let status = house.engine.connect(&ann, &connect()).await.unwrap();
    house.engine.connect(&ann, &connect()).await.unwrap();
    let account = house.engine.directory().default_account(&ann).unwrap();
    assert_eq!(status.account_id.map(|id| id.to_string()), Some(account.to_string()));
    assert_eq!(*house.world.started.lock().unwrap(), [(account, Login::Qr)]);
}

#[tokio::test]
async fn an_account_that_was_up_comes_back_after_a_restart_and_one_switched_off_does_not() {
    let house = House::build().await;
    let (_, up) = house.up("ann").await;
    let (bob, off) = house.up("bob").await;
    let status = house.engine.disconnect(&bob, &disconnect(false)).await.unwrap();
    assert_eq!(status.connection_state.as_str(), "disconnected");
    assert_eq!(house.world.ended.lock().unwrap().get(&off.id), Some(&"stopped"));
    house.event("whatsapp_status_update", |status| status["reason"] == "switched_off").await;
    let ends = house.told_statuses().into_iter().filter(|state| state == "disconnected").count();
    assert_eq!(ends, 1, "switching off is told once");
    let house = house.rebuild().await;
    house.until(|| !house.world.started.lock().unwrap().is_empty()).await;
    assert_eq!(*house.world.started.lock().unwrap(), [(up.id, Login::Resume)]);
}

#[tokio::test]
async fn logging_out_ends_the_link_and_sends_are_refused() {
    let house = House::build().await;
    let (ann, account) = house.up("ann").await;
    let status = house.engine.disconnect(&ann, &disconnect(true)).await.unwrap();
    assert_eq!(status.connection_state.as_str(), "logged_out");
    assert_eq!(house.world.ended.lock().unwrap().get(&account.id), Some(&"logged out"));
    house.send(&ann, 1, "+4915550100", "Hello");
    house.until(|| house.told().contains(&"1 account_not_linked".to_owned())).await;
}

#[tokio::test]
async fn a_code_that_nobody_scanned_ends_and_can_be_asked_for_again() {
    let house = House::build().await;
    let ann = house.user("ann").await;
    house.engine.connect(&ann, &connect()).await.unwrap();
    let account = house.engine.directory().default_account(&ann).unwrap();
    house.world.link(account, ConnectionState::Disconnected);
    house.until(|| house.engine.directory().account(account).is_some_and(|account| !account.wanted)).await;
    house.engine.connect(&ann, &connect()).await.unwrap();
    assert_eq!(house.world.started.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_can_not_be_connected_is_refused() {
    let house = House::build().await;
    let ann = house.user("ann").await;
    let mut command = connect();
    command.method = Some(LinkMethod::Code);
    assert_eq!(house.engine.connect(&ann, &command).await.unwrap_err().code, ErrorCode::NotSupported);
    house.engine.add_account(&ann, ProviderKind::Web, None).await.unwrap();
    command = connect();
    command.provider = Some(ProviderKind::Demo.into());
    assert_eq!(house.engine.connect(&ann, &command).await.unwrap_err().code, ErrorCode::Conflict);
    command.provider = None;
    command.account_id = Some("nonsense".into());
    assert_eq!(house.engine.connect(&ann, &command).await.unwrap_err().code, ErrorCode::NotFound);
    assert!(house.world.started.lock().unwrap().is_empty());
}

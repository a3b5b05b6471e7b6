use crate::house::{House, Told, to_phone};
use engine::{Audience, Caller};
use serde_json::json;
use whatsapp::SendError;

const CARLA: &str = "+4915550100";

#[tokio::test]
async fn a_send_is_answered_stored_sent_and_told_in_order() {
    let house = House::build().await;
    let (ann, account) = house.up("ann").await;
    house.listener.0.lock().unwrap().clear();
    house.send(&ann, 1, CARLA, "Hello");
    let success = house.event("message_sent_success", |_| true).await;
    let told = house.told();
    assert_eq!(
        told,
        ["1 ok", "conversation_updated", "new_message", "message_status", "message_sent", "message_sent_success"]
    );
    let told = house.listener.0.lock().unwrap();
    let Told::Event(to, _, stored) = &told[2] else { panic!("{told:?}") };
    assert_eq!(*to, Audience::Account(account.id));
    assert_eq!((&stored["status"], &stored["seq"]), (&json!("queued"), &json!(1)));
    let Told::Event(_, _, status) = &told[3] else { panic!("{told:?}") };
    assert_eq!((&status["status"], &status["seq"]), (&json!("sent"), &json!(2)));
    let Told::Event(Audience::Conversation(_), _, sent) = &told[4] else { panic!("{told:?}") };
    assert_eq!((&sent["message"], &sent["to"]), (&json!("Hello"), &json!(CARLA)));
    assert_eq!(success["messageId"], stored["messageId"]);
    assert_eq!(house.world.sent()[0].provider_id, stored["messageId"].as_str().unwrap());
}

#[tokio::test]
async fn what_whatsapp_refuses_has_failed_with_its_code() {
    let house = House::build().await;
    let (ann, _) = house.up("ann").await;
    house.world.answer(Err(SendError::Rejected { provider_code: "463".into(), message: "Held back.".into() }));
    house.send(&ann, 1, CARLA, "Hello");
    let error = house.event("message_send_error", |_| true).await;
    assert_eq!((&error["code"], &error["error"]), (&json!("rejected"), &json!("Held back.")));
    let status = house.event("message_status", |_| true).await;
    assert_eq!(status["error"], json!({ "code": "rejected", "message": "Held back.", "providerCode": "463" }));
}

#[tokio::test]
async fn what_did_not_get_through_goes_again_under_the_same_id() {
    let house = House::build().await;
    let (ann, account) = house.up("ann").await;
    house.world.answer(Err(SendError::Again("the test says so".into())));
    house.send(&ann, 1, CARLA, "Hello");
    house.until(|| house.world.sent().len() == 1).await;
    house.world.link(account.id, domain::ConnectionState::Reconnecting);
    house.world.link(account.id, domain::ConnectionState::Open);
    house.event("message_sent_success", |_| true).await;
    let sent = house.world.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].provider_id, sent[1].provider_id);
}

#[tokio::test]
async fn what_was_queued_goes_out_after_a_restart_under_its_id_in_order() {
    let house = House::build().await;
    let (ann, account) = house.up("ann").await;
    house.world.link(account.id, domain::ConnectionState::Reconnecting);
    for ticket in 0..20 {
        house.send(&ann, ticket, CARLA, &format!("text {ticket}"));
    }
    house.until(|| house.told().contains(&"19 ok".to_owned())).await;
    let stored: Vec<_> = {
        let told = house.listener.0.lock().unwrap();
        let messages = told.iter().filter_map(|told| match told {
            Told::Event(_, "new_message", message) => Some(message["messageId"].as_str().unwrap().to_owned()),
            _ => None,
        });
        messages.collect()
    };
    assert_eq!(house.world.sent().len(), 0, "nothing is sent while the account is down");
    let house = house.rebuild().await;
    house.until(|| !house.world.started.lock().unwrap().is_empty()).await;
    house.world.link(account.id, domain::ConnectionState::Open);
    house.until(|| house.world.sent().len() == 20).await;
    let sent: Vec<_> = house.world.sent().into_iter().map(|sent| sent.provider_id).collect();
    assert_eq!(sent, stored);
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_sends_refusals_too() {
    let house = House::build().await;
    let (ann, _) = house.up("ann").await;
    house.listener.0.lock().unwrap().clear();
    house.send(&ann, 1, CARLA, "first");
    house.send(&ann, 2, CARLA, "   ");
    house.send(&ann, 3, "12", "third");
    house.send(&ann, 4, "123@g.us", "fourth");
    house.send(&ann, 5, CARLA, &"x".repeat(65_537));
    house.send(&ann, 6, CARLA, "last");
    house.until(|| house.told().contains(&"6 ok".to_owned())).await;
    let answers: Vec<_> =
        house.told().into_iter().filter(|told| told.starts_with(|c: char| c.is_ascii_digit())).collect();
    let expected = ["1 ok", "2 message_empty", "3 recipient_invalid", "4 not_supported", "5 message_too_long", "6 ok"];
    assert_eq!(answers, expected);
}

#[tokio::test]
async fn the_same_client_id_sends_once() {
    let house = House::build().await;
    let (ann, _) = house.up("ann").await;
    let caller = Caller { user: ann };
    let mut command = to_phone(CARLA, "Hello");
    command.client_id = Some("c1".into());
    house.engine.send(&caller, command.clone(), 1);
    house.engine.send(&caller, command.clone(), 2);
    command.message = "Something else".into();
    house.engine.send(&caller, command, 3);
    house.event("message_sent_success", |_| true).await;
    house.until(|| house.told().contains(&"3 idempotency_conflict".to_owned())).await;
    assert!(house.told().contains(&"2 ok".to_owned()));
    assert_eq!(house.world.sent().len(), 1);
}

#[tokio::test]
async fn without_an_account_or_a_link_a_send_is_refused() {
    let house = House::build().await;
    let ann = house.user("ann").await;
    house.send(&ann, 1, CARLA, "Hello");
    house.engine.add_account(&ann, domain::ProviderKind::Web, None).await.unwrap();
    house.send(&ann, 2, CARLA, "Hello");
    house.until(|| house.told().contains(&"2 account_not_linked".to_owned())).await;
    assert!(house.told().contains(&"1 account_not_linked".to_owned()));
}

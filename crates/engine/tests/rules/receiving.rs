use crate::fake::text_from;
use crate::house::House;
use domain::{Address, DeliveryStatus, Timestamp};
use serde_json::json;
use whatsapp::{PersonSeen, ReceiptReceived, Typing};

const CARLA: &str = "4915550100";

#[tokio::test]
async fn what_comes_in_is_told_before_whatsapp_is() {
    let house = House::build().await;
    let (_, account) = house.up("ann").await;
    let batch = vec![text_from(CARLA, "A1", "Hi"), text_from(CARLA, "A2", "There?")];
    house.world.events().received(account.id, batch).await.unwrap();
    let told = house.told();
    assert_eq!(told.iter().filter(|name| *name == "new_message").count(), 2, "{told:?}");
    let second = house.event("new_message", |message| message["content"] == "There?").await;
    assert_eq!(second["conversation"], json!({ "unreadCount": 2 }));
    assert_eq!((&second["isOutgoing"], &second["sender"]["phone"]), (&json!(false), &json!("+4915550100")));
    assert_eq!(second["sender"]["name"], "Carla");
}

#[tokio::test]
async fn the_same_message_again_under_another_address_is_one() {
    let house = House::build().await;
    let (_, account) = house.up("ann").await;
    let mut first = text_from(CARLA, "A1", "Hi");
    first.chat.insert(0, Address::Lid("910042".into()));
    first.sender.insert(0, Address::Lid("910042".into()));
    let events = house.world.events();
    events.received(account.id, vec![first]).await.unwrap();
    events.received(account.id, vec![text_from(CARLA, "A1", "Hi")]).await.unwrap();
    assert_eq!(house.told().iter().filter(|name| *name == "new_message").count(), 1);
}

#[tokio::test]
async fn receipts_raise_the_status_and_never_lower_it() {
    let house = House::build().await;
    let (ann, account) = house.up("ann").await;
    house.send(&ann, 1, CARLA, "Hello");
    house.event("message_sent_success", |_| true).await;
    let id = house.world.sent()[0].provider_id.clone();
    let receipt = |status| ReceiptReceived { provider_ids: vec![id.clone()], status, at: Timestamp(9_000) };
    let events = house.world.events();
    events.receipt(account.id, receipt(DeliveryStatus::Read)).await.unwrap();
    events.receipt(account.id, receipt(DeliveryStatus::Delivered)).await.unwrap();
    let read = house.event("message_status", |status| status["status"] == "read").await;
    assert_eq!((&read["seq"], &read["timestamp"]), (&json!(3), &json!("1970-01-01T00:00:09.000Z")));
    assert_eq!(house.told().iter().filter(|name| *name == "message_status").count(), 2, "sent and read, no delivered");
}

#[tokio::test]
async fn a_name_and_a_keystroke_reach_the_conversation() {
    let house = House::build().await;
    let (_, account) = house.up("ann").await;
    let events = house.world.events();
    events.received(account.id, vec![text_from(CARLA, "A1", "Hi")]).await.unwrap();
    let who = vec![Address::Phone(CARLA.into())];
    let seen = PersonSeen { addresses: who.clone(), push_name: None, book_name: Some("Carla Meier".into()) };
    events.person(account.id, seen).await.unwrap();
    house.event("conversation_updated", |chat| chat["name"] == "Carla Meier").await;
    events.typing(account.id, who, Typing::Composing);
    let typing = house.event("typing", |_| true).await;
    assert_eq!((&typing["state"], &typing["from"]["name"]), (&json!("composing"), &json!("Carla Meier")));
}

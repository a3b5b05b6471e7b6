use crate::fake::text_from;
use crate::house::{House, Told};
use domain::UserId;
use engine::{Audience, Reply};
use protocol::ErrorCode;
use serde_json::json;

#[tokio::test]
async fn a_member_is_let_in_and_out_in_the_stream_of_commits() {
    let house = House::build().await;
    let (ann, account) = house.up("ann").await;
    let bob = house.user("bob").await;
    let id = account.id.to_string();
    assert_eq!(house.engine.members(&bob, &id).unwrap_err().code, ErrorCode::NotFound);
    house.engine.add_member(&ann, &id, "bob").await.unwrap();
    assert_eq!(house.engine.members(&bob, &id).unwrap().members, std::slice::from_ref(&bob));
    assert_eq!(house.engine.add_member(&bob, &id, "bob").await.unwrap_err().code, ErrorCode::Forbidden);
    house.engine.remove_member(&ann, &id, "bob").await.unwrap();
    let told = house.told();
    let place = |what: &str| told.iter().position(|told| told == what).unwrap();
    assert!(place("grant bob") < place("revoke bob"), "{told:?}");
    let ended = house.event("access_changed", |event| event["access"] == "none").await;
    assert_eq!(ended, json!({ "accountId": id, "access": "none" }));
    assert!(house.engine.if_access(&bob, account.id, || ()).is_none());
    assert_eq!(house.engine.remove_member(&ann, &id, "bob").await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(house.engine.add_member(&ann, &id, "nobody").await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_foreign_conversation_is_not_found() {
    let house = House::build().await;
    let (ann, account) = house.up("ann").await;
    let bob = house.user("bob").await;
    house.world.events().received(account.id, vec![text_from("4915550100", "A1", "Hi")]).await.unwrap();
    let message = house.event("new_message", |_| true).await;
    let id = message["conversationId"].as_str().unwrap();
    assert_eq!(house.engine.conversation(&ann, id).await.unwrap().account_id, account.id);
    for (user, id) in [(&bob, id), (&ann, "conv_123"), (&ann, "0192d3a0-0000-7000-8000-000000000000")] {
        assert_eq!(house.engine.conversation(user, id).await.unwrap_err().code, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn attaching_answers_with_the_positions_at_its_place_in_the_stream() {
    let house = House::build().await;
    let (ann, account) = house.up("ann").await;
    house.world.events().received(account.id, vec![text_from("4915550100", "A1", "Hi")]).await.unwrap();
    house.engine.attach(&ann, 7);
    house.until(|| house.told().contains(&"7 ok".to_owned())).await;
    let told = house.listener.0.lock().unwrap();
    let positions = told.iter().find_map(|told| match told {
        Told::Answer(7, Ok(Reply::Attached { positions })) => Some(positions.clone()),
        _ => None,
    });
    let positions = positions.unwrap();
    assert_eq!((positions[0].0, positions[0].1.seq), (account.id, 1));
}

#[tokio::test]
async fn nobody_attaches_who_does_not_exist() {
    let house = House::build().await;
    house.engine.attach(&UserId::new("nobody").unwrap(), 1);
    house.until(|| house.told().contains(&"1 not_found".to_owned())).await;
}

#[tokio::test]
async fn events_of_an_account_are_for_those_who_see_it() {
    let house = House::build().await;
    let (_, account) = house.up("ann").await;
    house.world.events().received(account.id, vec![text_from("4915550100", "A1", "Hi")]).await.unwrap();
    let told = house.listener.0.lock().unwrap();
    let audiences = told.iter().filter_map(|told| match told {
        Told::Event(to, "new_message" | "conversation_updated" | "whatsapp_status_update", _) => Some(to.clone()),
        _ => None,
    });
    let audiences: Vec<_> = audiences.collect();
    assert!(!audiences.is_empty() && audiences.iter().all(|to| *to == Audience::Account(account.id)));
}

//! Queuing messages to be sent.

use crate::harness::{Harness, START, lid, phone, send, send_in};
use domain::{AccountId, ConversationId, DeliveryStatus, MessageKind, Origin, ProviderKind, SenderKey, UserId};
use store::{AccountChange, Answer, Change, Queue, QueueTarget, Refusal, Write};

#[tokio::test]
async fn a_send_to_a_new_number_makes_the_chat() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let queue = send(&owner, account, &phone("4911111"), "hello");
    let outcome = harness.write(Write::Queue(queue.clone())).await;

    let Answer::Queued { message, repeated: false } = outcome.answer else { panic!() };
    assert_eq!((message.seq, message.status, message.kind), (1, DeliveryStatus::Queued, MessageKind::Text));
    assert_eq!(message.provider_id.as_deref(), Some(queue.provider_id.as_str()));
    assert_eq!((message.to.as_deref(), message.origin), (Some("+4911111"), Some(Origin::User)));
    assert_eq!(message.sender.user_id.as_ref(), Some(&owner));
    assert_eq!(message.sender.name.as_deref(), Some("Name of owner"));
    assert_eq!((message.timestamp, message.created_at), (START, START));

    let [Change::Message { message: told, conversation, new_conversation: true }] = &outcome.changes[..] else {
        panic!("{:?}", outcome.changes)
    };
    assert_eq!(told, &message);
    assert_eq!((conversation.seq, conversation.unread_count), (1, 0));
    assert_eq!(conversation.phone.as_deref(), Some("+4911111"));
    assert_eq!(conversation.last_message.as_ref().unwrap().content, "hello");
    // what is read is what was told
    assert_eq!(&harness.conversation(conversation.id).await, &**conversation);
    assert_eq!(harness.message(message.id).await, *message);
    assert_eq!(harness.seq(account).await, 1);
}

#[tokio::test]
async fn the_next_send_goes_to_the_same_chat() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let first = harness.queued(send(&owner, account, &phone("4911111"), "one")).await;
    let second = harness.queued(send(&owner, account, &phone("4911111"), "two")).await;
    let third = harness.write(Write::Queue(send_in(&owner, first.conversation_id, "three"))).await;
    assert_eq!(second.conversation_id, first.conversation_id);
    assert!(matches!(&third.changes[..], [Change::Message { new_conversation: false, .. }]));
    let outbox = harness.store.outbox(account, None, 10).await.unwrap();
    assert_eq!(outbox.iter().map(|item| item.message.content.as_str()).collect::<Vec<_>>(), ["one", "two", "three"]);
    assert!(outbox.iter().all(|item| item.addresses == [phone("4911111")]));
    let rest = harness.store.outbox(account, Some(first.id), 1).await.unwrap();
    assert_eq!(rest[0].message, second);
    assert_eq!(harness.store.accounts_with_outbox().await.unwrap(), [account]);
}

//! Queuing messages to be sent.

use crate::harness::{Harness, START, lid, phone, send, send_in};
use domain::{
    AccountId, Address, ConversationId, ConversationKind, DeliveryStatus, MessageError, MessageKind, Origin,
    ProviderKind, SenderKey,
};
use store::{AccountChange, AddAccount, Answer, Change, ContactSeen, Queue, Refusal, Write};

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

#[tokio::test]
async fn a_group_has_a_chat_of_its_own() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let group = Address::Group("1203-1".into());
    let first = harness.queued(send(&owner, account, &group, "one")).await;
    let second = harness.queued(send(&owner, account, &group, "two")).await;
    assert_eq!(first.conversation_id, second.conversation_id);
    assert_eq!((first.to, harness.conversation(first.conversation_id).await.kind), (None, ConversationKind::Group));
    assert_eq!(harness.store.conversation_addresses(first.conversation_id).await.unwrap(), [group]);
}

#[tokio::test]
async fn who_may_not_see_it_may_not_send() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let ben = harness.user("ben").await;
    let chat = harness.queued(send(&owner, account, &phone("4911111"), "one")).await.conversation_id;

    let by_address = || Write::Queue(send(&ben, account, &phone("4911111"), "two"));
    let by_chat = || Write::Queue(send_in(&ben, chat, "two"));
    assert_eq!(harness.refusal(by_address()).await, Refusal::NotFound("account"));
    assert_eq!(harness.refusal(by_chat()).await, Refusal::NotFound("conversation"));

    harness.write(Write::AddMember { account, user: ben.clone() }).await;
    harness.write(by_address()).await;
    harness.write(by_chat()).await;

    harness.write(Write::SetDisabled { user: ben.clone(), disabled: true }).await;
    assert_eq!(harness.refusal(by_chat()).await, Refusal::NotFound("conversation"));
    harness.write(Write::SetDisabled { user: ben.clone(), disabled: false }).await;
    harness.write(Write::RemoveMember { account, user: ben.clone() }).await;
    assert_eq!(harness.refusal(by_address()).await, Refusal::NotFound("account"));
    assert_eq!(harness.seq(account).await, 3);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let other = harness.account(&owner).await;
    let chat = harness.queued(send(&owner, account, &phone("4911111"), "one")).await.conversation_id;
    let nowhere = send_in(&owner, ConversationId::new(), "two");
    assert_eq!(harness.refusal(Write::Queue(nowhere)).await, Refusal::NotFound("conversation"));
    let by_nobody = send(&owner, AccountId::new(), &phone("4911111"), "two");
    assert_eq!(harness.refusal(Write::Queue(by_nobody)).await, Refusal::NotFound("account"));
    let wrong_account = Queue { account: Some(other), ..send_in(&owner, chat, "two") };
    assert_eq!(harness.refusal(Write::Queue(wrong_account)).await, Refusal::NotFound("conversation"));
    let right_account = Queue { account: Some(account), ..send_in(&owner, chat, "two") };
    harness.queued(right_account).await;
}

#[tokio::test]
async fn an_account_that_is_not_linked_takes_nothing_new() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let first = Queue { client_id: Some("c1".into()), ..send(&owner, account, &phone("4911111"), "one") };
    harness.queued(first.clone()).await;
    harness.write(Write::ChangeAccount { account, change: AccountChange::LoggedOut }).await;
    let new = send(&owner, account, &phone("4922222"), "two");
    assert_eq!(harness.refusal(Write::Queue(new)).await, Refusal::AccountNotLinked);
    assert!(harness.store.conversation_by_address(account, &[phone("4922222")]).await.unwrap().is_none());
    // asked again, the first one still answers
    let again = harness.write(Write::Queue(first)).await;
    assert!(matches!(again.answer, Answer::Queued { repeated: true, .. }));
}

#[tokio::test]
async fn a_client_id_makes_it_one_message() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let to = phone("4911111");
    let with_id = |text: &str| Queue { client_id: Some("c1".into()), ..send(&owner, account, &to, text) };
    let first = harness.queued(with_id("one")).await;

    let again = harness.write(Write::Queue(with_id("one"))).await;
    assert_eq!(again.answer, Answer::Queued { message: Box::new(first.clone()), repeated: true });
    assert!(again.changes.is_empty());
    let in_chat = Queue { client_id: Some("c1".into()), ..send_in(&owner, first.conversation_id, "one") };
    assert!(matches!(harness.write(Write::Queue(in_chat)).await.answer, Answer::Queued { repeated: true, .. }));

    let other_text = with_id("two");
    assert_eq!(harness.refusal(Write::Queue(other_text)).await, Refusal::IdempotencyConflict);
    let other_chat = Queue { client_id: Some("c1".into()), ..send(&owner, account, &phone("4922222"), "one") };
    assert_eq!(harness.refusal(Write::Queue(other_chat)).await, Refusal::IdempotencyConflict);
    assert_eq!(harness.conversations(account).await.len(), 1);
    assert_eq!(harness.seq(account).await, 1);
}

#[tokio::test]
async fn client_ids_of_different_senders_do_not_meet() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let ben = harness.user("ben").await;
    harness.write(Write::AddMember { account, user: ben.clone() }).await;
    let to = phone("4911111");
    let with_id = |queue: Queue| Queue { client_id: Some("c1".into()), ..queue };
    harness.queued(with_id(send(&owner, account, &to, "one"))).await;
    harness.queued(with_id(send(&ben, account, &to, "two"))).await;
    let by_key = Queue {
        sender: SenderKey::ApiKey("k1".into()),
        user: None,
        origin: Origin::Api,
        ..with_id(send(&owner, account, &to, "three"))
    };
    let message = harness.queued(by_key).await;
    assert_eq!((message.sender.user_id, message.sender.name, message.origin), (None, None, Some(Origin::Api)));
    assert_eq!(harness.seq(account).await, 3);
}

#[tokio::test]
async fn a_repeated_send_answers_with_the_present_state() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let queue = Queue { client_id: Some("c1".into()), ..send(&owner, account, &phone("4911111"), "one") };
    let first = harness.queued(queue.clone()).await;
    let error = MessageError { code: "rejected".into(), message: "No.".into(), provider_code: Some("463".into()) };
    harness.write(Write::Failed { message: first.id, error: error.clone(), at: START }).await;
    let Answer::Queued { message, repeated: true } = harness.write(Write::Queue(queue)).await.answer else { panic!() };
    assert_eq!((message.status, message.error, message.seq), (DeliveryStatus::Failed, Some(error), 2));
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let harness = Harness::new();
    let owner = harness.user("owner").await;
    let account = AccountId::new();
    let add = AddAccount { id: account, owner: owner.clone(), provider: ProviderKind::Web, name: None };
    harness.write(Write::AddAccount(add)).await;
    let queue = |text| Queue { client_id: Some("c1".into()), ..send(&owner, account, &phone("4911111"), text) };
    assert_eq!(harness.refusal(Write::Queue(queue("one"))).await, Refusal::AccountNotLinked);
    let change = AccountChange::Linked { addresses: vec![lid("9")], name: None };
    harness.write(Write::ChangeAccount { account, change }).await;
    assert_eq!(harness.queued(queue("two")).await.seq, 1);
}

#[tokio::test]
async fn the_cloud_gives_its_ids_out_itself() {
    let harness = Harness::new();
    let owner = harness.user("owner").await;
    for (provider, kept) in [(ProviderKind::Cloud, false), (ProviderKind::Web, true), (ProviderKind::Demo, true)] {
        let account = harness.account_of(&owner, provider).await;
        let message = harness.queued(send(&owner, account, &phone("4911111"), "one")).await;
        assert_eq!(message.provider_id.is_some(), kept, "{provider:?}");
    }
}

#[tokio::test]
async fn an_id_at_whatsapp_goes_out_once() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let first = send(&owner, account, &phone("4911111"), "one");
    let second = Queue { provider_id: first.provider_id.clone(), ..send(&owner, account, &phone("4922222"), "two") };
    harness.queued(first).await;
    assert_eq!(harness.refusal(Write::Queue(second)).await, Refusal::Conflict { field: "messageId" });
    // the contact and the chat that it had made are gone with it
    assert_eq!(harness.conversations(account).await.len(), 1);
    assert_eq!(harness.seq(account).await, 1);
}

#[tokio::test]
async fn a_typed_number_does_not_replace_the_one_whatsapp_knows() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let (canonical, typed) = (phone("5511111"), phone("55911111"));
    let seen = ContactSeen {
        account,
        addresses: vec![canonical, typed.clone(), lid("11")],
        push_name: None,
        book_name: Some("Rosa".into()),
    };
    harness.write(Write::Contact(seen)).await;
    let message = harness.queued(send(&owner, account, &typed, "oi")).await;
    assert_eq!(message.to.as_deref(), Some("+5511111"));
    let conversation = harness.conversation(message.conversation_id).await;
    assert_eq!((conversation.name.as_deref(), conversation.phone.as_deref()), (Some("Rosa"), Some("+5511111")));
    let outbox = harness.store.outbox(account, None, 10).await.unwrap();
    assert_eq!(outbox[0].addresses, [lid("11"), phone("5511111"), typed]);
}

//! Messages that providers receive.

use crate::harness::{Harness, START, lid, phone, send, stored, text_from};
use domain::{AccountId, Address, ConversationKind, DeliveryStatus, MessageKind, Origin, Timestamp};
use std::time::Duration;
use store::{Change, Inbound, Refusal, Write};

#[tokio::test]
async fn a_text_is_stored_with_its_chat() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    harness.clock.advance(Duration::from_secs(3));
    let item = Inbound { push_name: Some("Ann".into()), ..text_from(&[lid("11"), phone("4911111")], "A", "hi") };
    let changes = harness.receive(account, vec![item]).await;

    let [Change::Message { message, conversation, new_conversation: true }] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((message.seq, conversation.seq, conversation.unread_count), (1, 1, 1));
    assert_eq!((message.status, message.is_outgoing, message.origin), (DeliveryStatus::Delivered, false, None));
    assert_eq!((message.timestamp, message.created_at), (START, START.plus(Duration::from_secs(3))));
    assert_eq!((conversation.kind, conversation.contact_id), (ConversationKind::Direct, message.sender.contact_id));
    assert_eq!((conversation.name.as_deref(), conversation.phone.as_deref()), (Some("Ann"), Some("+4911111")));
    assert_eq!((message.sender.name.as_deref(), message.sender.phone.as_deref()), (Some("Ann"), Some("+4911111")));
    assert_eq!((&message.to, &message.provider_id), (&None, &Some("A".to_owned())));
    // what is read is what was told
    assert_eq!(&harness.message(message.id).await, &**message);
    assert_eq!(&harness.conversation(conversation.id).await, &**conversation);
    assert_eq!(harness.conversations(account).await, [(**conversation).clone()]);
}

#[tokio::test]
async fn a_lid_alone_shows_no_number() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let changes = harness.receive(account, vec![text_from(&[lid("4911111")], "A", "hi")]).await;
    let Change::Message { message, conversation, .. } = &changes[0] else { panic!() };
    assert_eq!((&conversation.phone, &conversation.name, &message.sender.phone), (&None, &None, &None));
}

#[tokio::test]
async fn redelivered_under_another_alias_it_is_the_same_row() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let first = harness.receive(account, vec![text_from(&[lid("11")], "A", "hi")]).await;
    let again = harness.receive(account, vec![text_from(&[phone("4911111"), lid("11")], "A", "hi")]).await;
    let by_phone = harness.receive(account, vec![text_from(&[phone("4911111")], "A", "hi")]).await;
    let Change::Message { conversation, .. } = &first[0] else { panic!() };
    // the number became known, which shows, and nothing else did
    let [Change::Conversation(told)] = &again[..] else { panic!("{again:?}") };
    assert_eq!((told.id, told.seq, told.phone.as_deref()), (conversation.id, 2, Some("+4911111")));
    assert!(by_phone.is_empty(), "{by_phone:?}");
    assert_eq!(harness.messages(conversation.id).await.len(), 1);
    assert_eq!(harness.conversation(conversation.id).await.unread_count, 1);
    assert_eq!(harness.seq(account).await, 2);
    assert_eq!(harness.store.conversation_addresses(conversation.id).await.unwrap(), [lid("11"), phone("4911111")]);
}

#[tokio::test]
async fn the_same_id_of_another_person_is_another_message() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let items = vec![
        text_from(&[lid("11")], "A", "hi"),
        text_from(&[lid("22")], "A", "hello"),
        text_from(&[lid("11")], "B", "again"),
        text_from(&[lid("11")], "A", "hi"),
    ];
    let changes = harness.receive(account, items).await;
    let messages = stored(&changes);
    assert_eq!(messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(messages[0].conversation_id, messages[2].conversation_id);
    assert_ne!(messages[0].conversation_id, messages[1].conversation_id);
}

#[tokio::test]
async fn two_people_who_prove_to_be_one_are_left_alone_and_nothing_is_doubled() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let by_lid = harness.receive(account, vec![text_from(&[lid("11")], "A", "hi")]).await;
    let by_phone = harness.receive(account, vec![text_from(&[phone("4911111")], "B", "hi")]).await;
    let both = [phone("4911111"), lid("11")];
    let items = vec![text_from(&both, "B", "hi"), text_from(&both, "A", "hi"), text_from(&both, "C", "new")];
    let changes = harness.receive(account, items).await;
    let messages = stored(&changes);
    assert_eq!(messages.len(), 1, "{changes:?}");
    // the one made first takes what is new
    assert_eq!(messages[0].conversation_id, stored(&by_lid)[0].conversation_id);
    assert_eq!(harness.messages(stored(&by_phone)[0].conversation_id).await.len(), 1);
}

#[tokio::test]
async fn what_the_phone_wrote_is_outgoing_and_not_unread() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let from_me = || Inbound {
        from_me: true,
        push_name: Some("The owner".into()),
        sender: vec![lid("99")],
        ..text_from(&[phone("4911111")], "A", "from my phone")
    };
    let changes = harness.receive(account, vec![from_me()]).await;
    let Change::Message { message, conversation, .. } = &changes[0] else { panic!() };
    assert_eq!((message.status, message.is_outgoing), (DeliveryStatus::Sent, true));
    assert_eq!((message.origin, message.to.as_deref()), (Some(Origin::Phone), Some("+4911111")));
    assert_eq!((message.sender.contact_id, &message.sender.name), (None, &None));
    // the name is the owner's, not the customer's
    assert_eq!((conversation.unread_count, &conversation.name), (0, &None));
    assert!(harness.receive(account, vec![from_me()]).await.is_empty());
    assert!(harness.store.accounts_with_outbox().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_echo_of_a_send_is_not_a_message() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let queue = send(&owner, account, &phone("4911111"), "hello");
    let id = queue.provider_id.clone();
    harness.queued(queue).await;
    // under an address that was not known to be the same person's
    let echo = Inbound { from_me: true, ..text_from(&[lid("11")], &id, "hello") };
    assert!(harness.receive(account, vec![echo]).await.is_empty());
    assert_eq!(harness.conversations(account).await.len(), 1);
}

#[tokio::test]
async fn a_reply_joins_the_chat_that_the_send_made() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let sent = harness.queued(send(&owner, account, &phone("4911111"), "hello")).await;
    let changes = harness.receive(account, vec![text_from(&[lid("11"), phone("4911111")], "A", "hi")]).await;
    assert_eq!(stored(&changes)[0].conversation_id, sent.conversation_id);
    let by_lid = harness.receive(account, vec![text_from(&[lid("11")], "B", "there")]).await;
    assert_eq!(stored(&by_lid)[0].conversation_id, sent.conversation_id);
    assert_eq!(harness.conversation(sent.conversation_id).await.unread_count, 2);
}

#[tokio::test]
async fn a_group_has_many_senders() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let group = vec![Address::Group("1203-1".into())];
    let item = |from: &str, id: &str, name: &str| Inbound {
        chat: group.clone(),
        push_name: Some(name.into()),
        ..text_from(&[lid(from)], id, "hi")
    };
    let items = vec![item("11", "A", "Ann"), item("22", "A", "Ben"), item("11", "A", "Ann")];
    let changes = harness.receive(account, items).await;
    let messages = stored(&changes);
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0].conversation_id, messages[1].conversation_id);
    assert_eq!(messages[1].sender.name.as_deref(), Some("Ben"));
    let conversation = harness.conversation(messages[0].conversation_id).await;
    assert_eq!((conversation.kind, conversation.contact_id), (ConversationKind::Group, None));
    // an announcement that names no sender is stored once as well
    let nobody = || Inbound { chat: group.clone(), sender: Vec::new(), ..text_from(&[], "S", "hi") };
    let changes = harness.receive(account, vec![nobody(), nobody()]).await;
    assert_eq!(stored(&changes).len(), 1);
}

#[tokio::test]
async fn a_name_that_changes_is_told_before_the_message() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let item = |id: &str, name: Option<&str>| Inbound {
        push_name: name.map(str::to_owned),
        ..text_from(&[lid("11")], id, "hi")
    };
    harness.receive(account, vec![item("A", Some("Ann"))]).await;
    assert_eq!(harness.receive(account, vec![item("B", Some("Ann"))]).await.len(), 1);
    assert_eq!(harness.receive(account, vec![item("C", None)]).await.len(), 1);
    assert_eq!(harness.receive(account, vec![item("D", Some(""))]).await.len(), 1);
    let changes = harness.receive(account, vec![item("E", Some("Anna"))]).await;
    let [Change::Conversation(renamed), Change::Message { message, conversation, .. }] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((renamed.seq, renamed.name.as_deref()), (5, Some("Anna")));
    assert_eq!((message.seq, conversation.seq, conversation.name.as_deref()), (6, 6, Some("Anna")));
}

#[tokio::test]
async fn a_late_message_takes_its_place_and_does_not_become_the_newest() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let at = |id: &str, millis: i64| Inbound { timestamp: Timestamp(millis), ..text_from(&[lid("11")], id, id) };
    let items = vec![at("new", 20_900), at("late", 10_000), at("same second", 20_100)];
    let changes = harness.receive(account, items).await;
    let newest = |change: &Change| {
        let Change::Message { conversation, .. } = change else { panic!() };
        conversation.last_message.as_ref().unwrap().content.clone()
    };
    assert_eq!(changes.iter().map(newest).collect::<Vec<_>>(), ["new", "new", "same second"]);
    let messages = harness.messages(stored(&changes)[0].conversation_id).await;
    let order: Vec<_> = messages.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(order, ["same second", "new", "late"]);
}

#[tokio::test]
async fn what_cannot_be_shown_is_kept_whole() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let item = Inbound {
        kind: MessageKind::Unsupported,
        raw: Some(vec![1, 2, 3]),
        content: String::new(),
        ..text_from(&[lid("11")], "A", "")
    };
    harness.receive(account, vec![item]).await;
    let raw: Vec<u8> = harness.look("SELECT raw FROM messages");
    assert_eq!(raw, [1, 2, 3]);
}

#[tokio::test]
async fn one_bad_item_takes_no_other_with_it() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    harness.change(
        "CREATE TRIGGER bad BEFORE INSERT ON messages WHEN NEW.content = 'bad' \
                    BEGIN SELECT RAISE(ABORT, 'no bad ones'); END",
    );
    let nowhere = Inbound { chat: Vec::new(), ..text_from(&[lid("33")], "N", "nowhere") };
    let items = vec![
        text_from(&[lid("11")], "A", "one"),
        text_from(&[lid("22")], "B", "bad"),
        nowhere,
        text_from(&[lid("11")], "C", "two"),
    ];
    let changes = harness.receive(account, items).await;
    let messages = stored(&changes);
    assert_eq!(messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(messages[1].kind, MessageKind::Unsupported);
    assert_eq!(messages[1].content, "");
    let raw: Vec<u8> = harness.look("SELECT raw FROM messages WHERE kind = 'unsupported'");
    assert_eq!(raw, b"bad");
    assert_eq!(harness.seq(account).await, 3);
    // nothing is left of the first try: its contact and chat were made once
    assert_eq!(harness.conversations(account).await.len(), 2);
    assert_eq!(harness.look::<i64>("SELECT COUNT(*) FROM contacts"), 2);
}

#[tokio::test]
async fn what_comes_for_a_deleted_account_is_refused() {
    let harness = Harness::new();
    let write = Write::Inbound { account: AccountId::new(), items: vec![text_from(&[lid("11")], "A", "hi")] };
    assert_eq!(harness.refusal(write).await, Refusal::NotFound("account"));
}

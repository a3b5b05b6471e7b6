//! What becomes known of people.

use crate::harness::{Harness, lid, phone, text_from};
use domain::{AccountId, Address};
use store::{Change, ContactSeen, Refusal, Write};

fn seen(account: AccountId, addresses: &[Address], push: Option<&str>, book: Option<&str>) -> Write {
    Write::Contact(ContactSeen {
        account,
        addresses: addresses.to_vec(),
        push_name: push.map(str::to_owned),
        book_name: book.map(str::to_owned),
    })
}

#[tokio::test]
async fn the_address_books_name_wins() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    harness.receive(account, vec![text_from(&[lid("11")], "A", "hi")]).await;
    let one = [lid("11")];
    let steps = [
        (seen(account, &one, Some("ann"), None), Some("ann")),
        (seen(account, &one, None, Some("Ann Smith")), Some("Ann Smith")),
        (seen(account, &one, Some("annie"), None), None),
        (seen(account, &one, None, Some("Ann Smith")), None),
        (seen(account, &one, None, None), None),
    ];
    for (write, told) in steps {
        let changes = harness.write(write).await.changes;
        let names: Vec<_> = changes
            .iter()
            .map(
                |change| {
                    if let Change::Conversation(conversation) = change { conversation.name.clone() } else { panic!() }
                },
            )
            .collect();
        assert_eq!(names, told.map(|name| Some(name.to_owned())).into_iter().collect::<Vec<_>>());
    }
    assert_eq!(harness.seq(account).await, 3);
    let conversation = &harness.conversations(account).await[0];
    assert_eq!((conversation.name.as_deref(), conversation.seq), (Some("Ann Smith"), 3));
}

#[tokio::test]
async fn a_number_that_becomes_known_is_told() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    harness.receive(account, vec![text_from(&[lid("11")], "A", "hi")]).await;
    let changes = harness.write(seen(account, &[lid("11"), phone("4911111")], None, None)).await.changes;
    let [Change::Conversation(conversation)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((conversation.phone.as_deref(), conversation.seq), (Some("+4911111"), 2));
    let found = harness.store.conversation_by_address(account, &[phone("4900000"), phone("4911111")]).await.unwrap();
    assert_eq!(found, Some(conversation.id));
}

#[tokio::test]
async fn who_has_no_chat_is_remembered_in_silence() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    assert!(harness.write(seen(account, &[phone("4911111")], None, Some("Ann"))).await.changes.is_empty());
    assert_eq!(harness.seq(account).await, 0);
    let changes = harness.receive(account, vec![text_from(&[phone("4911111")], "A", "hi")]).await;
    let [Change::Message { conversation, .. }] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!(conversation.name.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn accounts_know_people_each_for_themselves() {
    let harness = Harness::new();
    let (owner, first) = harness.owner_and_account().await;
    let second = harness.account(&owner).await;
    for account in [first, second] {
        harness.receive(account, vec![text_from(&[lid("11")], "A", "hi")]).await;
    }
    harness.write(seen(first, &[lid("11")], None, Some("Ann"))).await;
    assert_eq!(harness.conversations(first).await[0].name.as_deref(), Some("Ann"));
    assert_eq!(harness.conversations(second).await[0].name, None);
}

#[tokio::test]
async fn an_address_belongs_to_one_person() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let first = harness.receive(account, vec![text_from(&[lid("11")], "A", "hi")]).await;
    let second = harness.receive(account, vec![text_from(&[lid("22")], "B", "hi")]).await;
    harness.write(seen(account, &[lid("22"), lid("11"), phone("4911111")], None, Some("Ann"))).await;
    let addresses = |changes: &[Change]| {
        let Change::Message { conversation, .. } = &changes[0] else { panic!() };
        let store = harness.store.clone();
        let id = conversation.id;
        async move { store.conversation_addresses(id).await.unwrap() }
    };
    assert_eq!(addresses(&first).await, [lid("11"), phone("4911111")]);
    assert_eq!(addresses(&second).await, [lid("22")]);
}

#[tokio::test]
async fn a_contact_needs_an_address_and_an_account() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    assert!(matches!(harness.refusal(seen(account, &[], None, Some("Ann"))).await, Refusal::Broken(_)));
    let elsewhere = seen(AccountId::new(), &[lid("11")], None, None);
    assert_eq!(harness.refusal(elsewhere).await, Refusal::NotFound("account"));
}

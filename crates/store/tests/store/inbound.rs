//! Messages that providers receive.

use crate::harness::{Harness, lid, phone, stored, text_from};
use store::Change;

#[tokio::test]
async fn a_text_is_stored_with_its_chat() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let mut item = text_from(&[lid("11"), phone("4911111")], "A", "hi");
    item.push_name = Some("Ann".into());
    let changes = harness.receive(account, vec![item]).await;
    let [Change::Message { message, conversation, new_conversation: true }] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((message.seq, conversation.seq, conversation.unread_count), (1, 1, 1));
    assert_eq!((conversation.name.as_deref(), conversation.phone.as_deref()), (Some("Ann"), Some("+4911111")));
    assert_eq!(message.sender.name.as_deref(), Some("Ann"));
    assert_eq!(&harness.message(message.id).await, &**message);
    assert_eq!(&harness.conversation(conversation.id).await, &**conversation);
}

#[tokio::test]
async fn redelivered_under_another_alias_it_is_the_same_row() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let first = harness.receive(account, vec![text_from(&[lid("11")], "A", "hi")]).await;
    let again = harness.receive(account, vec![text_from(&[phone("4911111"), lid("11")], "A", "hi")]).await;
    assert_eq!(stored(&first).len(), 1);
    assert!(stored(&again).is_empty(), "{again:?}");
    assert_eq!(harness.conversations(account).await.len(), 1);
}

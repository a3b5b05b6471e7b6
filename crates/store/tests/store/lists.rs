//! Lists, newest first, page by page.

use crate::harness::{Harness, lid, text_from};
use domain::Timestamp;
use store::Inbound;

/// Five people, two of them in the same second.
async fn filled() -> (Harness, domain::AccountId, domain::AccountId) {
    let harness = Harness::new();
    let (owner, first) = harness.owner_and_account().await;
    let second = harness.account(&owner).await;
    for (n, account, second_of_time) in
        [(1, first, 10), (2, second, 30), (3, first, 20), (4, first, 20), (5, second, 5)]
    {
        let name = n.to_string();
        let item = text_from(&[lid(&format!("77{n}"))], &name, &name);
        harness.receive(account, vec![Inbound { timestamp: Timestamp::from_secs(second_of_time), ..item }]).await;
    }
    (harness, first, second)
}

#[tokio::test]
async fn conversations_of_several_accounts_are_one_list() {
    let (harness, first, second) = filled().await;
    let mut order = Vec::new();
    let mut cursor = None;
    loop {
        let page = harness.store.conversations(&[first, second], cursor, 2).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        cursor = Some(*last);
        order.extend(page.into_iter().map(|(_, conversation)| conversation.last_message.unwrap().content));
    }
    assert_eq!(order, ["2", "4", "3", "1", "5"]);
    let of_second = harness.conversations(second).await;
    assert_eq!(of_second.len(), 2);
    assert!(of_second.iter().all(|conversation| conversation.account_id == second));
    assert!(harness.store.conversations(&[], None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn messages_come_page_by_page() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let at = |n: u32, secs| Inbound {
        timestamp: Timestamp::from_secs(secs),
        ..text_from(&[lid("77")], &n.to_string(), &n.to_string())
    };
    harness.receive(account, vec![at(1, 10), at(2, 30), at(3, 20), at(4, 20), at(5, 20)]).await;
    let conversation = harness.conversations(account).await[0].id;
    let mut order = Vec::new();
    let mut before = None;
    loop {
        let page = harness.store.messages(conversation, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.timestamp.secs(), last.id));
        order.extend(page.into_iter().map(|message| message.content));
    }
    assert_eq!(order, ["2", "5", "4", "3", "1"]);
}

#[tokio::test]
async fn a_merged_conversation_leads_to_the_other() {
    let (harness, first, _) = filled().await;
    let all = harness.conversations(first).await;
    let (survivor, old) = (all[0].id, all[1].id);
    let merge = format!("UPDATE conversations SET merged_into = x'{}' WHERE id = x'{}'", hex(&survivor), hex(&old));
    harness.change(&merge);
    assert_eq!(harness.conversation(old).await.merged_into, Some(survivor));
    assert_eq!(harness.conversations(first).await.len(), all.len() - 1);
    let addresses = harness.store.conversation_addresses(old).await.unwrap();
    assert_eq!(harness.store.conversation_by_address(first, &addresses).await.unwrap(), Some(survivor));
    // who still has the old one open writes into the other
    let owner = harness.store.directory().await.unwrap().users[0].id.clone();
    let sent = harness.queued(crate::harness::send_in(&owner, old, "hello")).await;
    assert_eq!(sent.conversation_id, survivor);
    let received = harness.receive(first, vec![text_from(&addresses, "later", "hi")]).await;
    assert_eq!(crate::harness::stored(&received)[0].conversation_id, survivor);
}

fn hex(id: &domain::ConversationId) -> String {
    id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

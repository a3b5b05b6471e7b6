//! How far messages of ours come.

use crate::harness::{Harness, START, lid, phone, send, text_from};
use domain::{AccountId, DeliveryStatus, DeliveryStatus::*, Message, MessageError, MessageId, ProviderKind, Timestamp};
use store::{Change, Inbound, Outcome, Receipt, Refusal, StatusChange, Write};

const LATER: Timestamp = Timestamp(START.0 + 9_000);

fn sent(message: &Message) -> Write {
    Write::Sent { message: message.id, provider_id: None, at: LATER }
}

fn failed(message: &Message) -> Write {
    Write::Failed { message: message.id, error: error(), at: LATER }
}

fn error() -> MessageError {
    MessageError { code: "rejected".into(), message: "WhatsApp refused it.".into(), provider_code: Some("463".into()) }
}

fn receipt(message: &Message, status: DeliveryStatus) -> Write {
    let provider_ids = vec![message.provider_id.clone().unwrap()];
    Write::Receipt(Receipt { account: message.account_id, provider_ids, status, at: LATER })
}

/// The only change, which is of a status.
fn only(outcome: Outcome) -> StatusChange {
    match <[Change; 1]>::try_from(outcome.changes) {
        Ok([Change::Status(change)]) => *change,
        other => panic!("not one change of a status: {other:?}"),
    }
}

#[tokio::test]
async fn a_status_rises_step_by_step() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let message = harness.queued(send(&owner, account, &phone("4911111"), "hello")).await;
    let steps = [(sent(&message), Sent), (receipt(&message, Delivered), Delivered), (receipt(&message, Read), Read)];
    for (seq, (step, status)) in (2..).zip(steps) {
        let change = only(harness.write(step).await);
        assert_eq!((change.message.status, change.message.seq, change.at), (status, seq, LATER));
        assert_eq!((change.first_sent, change.error), (status == Sent, None));
        // what is read is what was told
        assert_eq!(harness.message(message.id).await, change.message);
    }
    let conversation = harness.conversation(message.conversation_id).await;
    assert_eq!((conversation.seq, conversation.last_message.unwrap().status), (1, Read));
    assert_eq!(harness.seq(account).await, 4);
    assert!(harness.store.accounts_with_outbox().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_status_never_falls() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let message = harness.queued(send(&owner, account, &phone("4911111"), "hello")).await;
    let change = only(harness.write(receipt(&message, Read)).await);
    // the word of the server is still to come, but it is known to have it
    assert!(change.first_sent);
    for late in [sent(&message), failed(&message), receipt(&message, Delivered), receipt(&message, Read)] {
        assert!(harness.write(late).await.changes.is_empty());
    }
    assert_eq!(harness.message(message.id).await.status, Read);
    assert_eq!(harness.seq(account).await, 2);
}

#[tokio::test]
async fn a_failure_keeps_its_reason_until_evidence_comes() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let message = harness.queued(send(&owner, account, &phone("4911111"), "hello")).await;
    let change = only(harness.write(failed(&message)).await);
    assert_eq!((change.message.status, &change.error, change.first_sent), (Failed, &Some(error()), false));
    assert_eq!(change.message.error, Some(error()));
    assert_eq!(harness.message(message.id).await, change.message);
    assert!(harness.write(failed(&message)).await.changes.is_empty());

    let change = only(harness.write(receipt(&message, Delivered)).await);
    assert_eq!((change.message.status, change.error, change.first_sent), (Delivered, None, true));
    assert_eq!(harness.message(message.id).await.error, None);
}

#[tokio::test]
async fn what_was_sent_once_is_not_sent_first_again() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let message = harness.queued(send(&owner, account, &phone("4911111"), "hello")).await;
    assert!(only(harness.write(sent(&message)).await).first_sent);
    only(harness.write(failed(&message)).await);
    assert!(!only(harness.write(receipt(&message, Delivered)).await).first_sent);
}

#[tokio::test]
async fn a_receipt_of_many_is_one_seq_each() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let mut provider_ids = vec!["unknown".to_owned()];
    for text in ["one", "two", "three"] {
        let message = harness.queued(send(&owner, account, &phone("4911111"), text)).await;
        provider_ids.push(message.provider_id.unwrap());
    }
    provider_ids.push(provider_ids[1].clone());
    let receipt = Receipt { account, provider_ids, status: Delivered, at: LATER };
    let changes = harness.write(Write::Receipt(receipt)).await.changes;
    let seq = |change: &Change| if let Change::Status(change) = change { change.message.seq } else { panic!() };
    assert_eq!(changes.iter().map(seq).collect::<Vec<_>>(), [4, 5, 6]);
}

#[tokio::test]
async fn a_receipt_is_for_messages_of_ours_in_that_account() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let other = harness.account(&owner).await;
    let message = harness.queued(send(&owner, account, &phone("4911111"), "hello")).await;
    harness.receive(account, vec![text_from(&[lid("11")], "IN", "hi")]).await;
    let receipt = |account, id: &str| {
        Write::Receipt(Receipt { account, provider_ids: vec![id.to_owned()], status: Read, at: LATER })
    };
    assert!(harness.write(receipt(account, "IN")).await.changes.is_empty());
    assert!(harness.write(receipt(other, &message.provider_id.unwrap())).await.changes.is_empty());
    assert_eq!(harness.refusal(receipt(AccountId::new(), "IN")).await, Refusal::NotFound("account"));
}

#[tokio::test]
async fn what_the_phone_wrote_gets_receipts_too() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let item = Inbound { from_me: true, ..text_from(&[lid("11")], "A", "from my phone") };
    let changes = harness.receive(account, vec![item]).await;
    let Change::Message { message, .. } = &changes[0] else { panic!() };
    let change = only(harness.write(receipt(message, Read)).await);
    assert_eq!((change.message.status, change.first_sent), (Read, false));
}

#[tokio::test]
async fn the_clouds_id_comes_with_its_answer() {
    let harness = Harness::new();
    let owner = harness.user("owner").await;
    let account = harness.account_of(&owner, ProviderKind::Cloud).await;
    let message = harness.queued(send(&owner, account, &phone("4911111"), "hello")).await;
    let sent = Write::Sent { message: message.id, provider_id: Some("wamid.1".into()), at: LATER };
    let change = only(harness.write(sent).await);
    assert_eq!(change.message.provider_id.as_deref(), Some("wamid.1"));
    assert_eq!(only(harness.write(receipt(&change.message, Read)).await).message.id, message.id);
}

#[tokio::test]
async fn an_unknown_message_is_not_found() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let changes = harness.receive(account, vec![text_from(&[lid("11")], "IN", "hi")]).await;
    let Change::Message { message: inbound, .. } = &changes[0] else { panic!() };
    for message in [MessageId::new(), inbound.id] {
        let sent = Write::Sent { message, provider_id: None, at: LATER };
        assert_eq!(harness.refusal(sent).await, Refusal::NotFound("message"));
        let failed = Write::Failed { message, error: error(), at: LATER };
        assert_eq!(harness.refusal(failed).await, Refusal::NotFound("message"));
    }
}

//! What queues up together is one commit, and a refused write takes no neighbour with it.

use crate::harness::{Gate, Harness, START, add_user, phone, send, text_from};
use domain::{AccountId, Message, Position, SessionOp, UserId};
use std::{ops::Range, time::Duration};
use store::{Answer, Change, Done, Options, Queue, Receipt, Refusal, Ticket, Write};

/// The sequence numbers of the changes of these writes, in order.
fn seqs(done: &[Done<u32>]) -> Vec<u64> {
    let seq = |change: &Change| match change {
        Change::Message { message, .. } => Some(message.seq),
        Change::Status(change) => Some(change.message.seq),
        Change::Conversation(conversation) => Some(conversation.seq),
        _ => None,
    };
    done.iter()
        .filter_map(|done| done.result.as_ref().ok())
        .flat_map(|outcome| outcome.changes.iter().filter_map(seq))
        .collect()
}

fn sends(owner: &UserId, account: AccountId, numbers: Range<u32>) -> Vec<Queue> {
    numbers.map(|n| send(owner, account, &phone(&format!("49{:05}", n % 7)), &n.to_string())).collect()
}

#[tokio::test]
async fn one_that_violates_a_key_among_256_is_one_commit_and_255_answers() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let gate = Gate::shut(&harness);
    let before = harness.store.stats();
    let mut queues = sends(&owner, account, 0..256);
    queues[100].provider_id = queues[50].provider_id.clone();
    for (ticket, queue) in (0..).zip(queues) {
        harness.store.submit(Write::Queue(queue), Ticket::Caller(ticket));
    }
    assert_eq!(harness.store.stats().queued, 256);
    gate.open();

    let commit = harness.next_commit();
    let after = harness.store.stats();
    assert_eq!(after.commits - before.commits, 1);
    assert_eq!((after.last_batch, after.refused - before.refused), (256, 1));
    assert_eq!(commit.done.iter().map(|done| done.ticket.unwrap()).collect::<Vec<_>>(), (0..256).collect::<Vec<_>>());
    let refused: Vec<_> = commit.done.iter().filter(|done| done.result.is_err()).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].ticket, &refused[0].result), (Some(100), &Err(Refusal::Conflict { field: "messageId" })));
    assert_eq!(seqs(&commit.done), (1..=255).collect::<Vec<_>>());
    assert_eq!(harness.store.outbox(account, None, 1000).await.unwrap().len(), 255);
}

#[tokio::test]
async fn one_that_fails_late_leaves_nothing_behind() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    // it fails in its last statement, when its contact, its chat and itself are there already
    harness.change(
        "CREATE TRIGGER bad BEFORE UPDATE ON conversations WHEN NEW.last_message_id IN \
                    (SELECT id FROM messages WHERE content = 'bad') BEGIN SELECT RAISE(ABORT, 'no bad ones'); END",
    );
    let gate = Gate::shut(&harness);
    let before = harness.store.stats();
    for (ticket, text) in [(0, "one"), (1, "bad"), (2, "two"), (3, "bad"), (4, "three")] {
        let to = phone(&format!("49{ticket:05}"));
        harness.store.submit(Write::Queue(send(&owner, account, &to, text)), Ticket::Caller(ticket));
    }
    gate.open();
    let commit = harness.next_commit();
    assert_eq!(harness.store.stats().commits - before.commits, 1);
    let refused: Vec<_> = commit.done.iter().filter(|done| done.result.is_err()).map(|done| done.ticket).collect();
    assert_eq!(refused, [Some(1), Some(3)]);
    assert!(matches!(commit.done[1].result, Err(Refusal::Broken(_))));
    assert_eq!(seqs(&commit.done), [1, 2, 3]);
    assert_eq!(harness.conversations(account).await.len(), 3);
    assert_eq!(harness.look::<i64>("SELECT COUNT(*) FROM contacts"), 3);
    assert_eq!(harness.seq(account).await, 3);
}

#[tokio::test]
async fn all_kinds_share_a_batch_and_a_snapshot_has_its_place() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let first = harness.queued(send(&owner, account, &phone("4911111"), "first")).await;
    let gate = Gate::shut(&harness);
    let before = harness.store.stats();
    let snapshot = || Write::Snapshot { user: owner.clone() };
    let receipt = Receipt {
        account,
        provider_ids: vec![first.provider_id.unwrap()],
        status: domain::DeliveryStatus::Read,
        at: START,
    };
    let writes = [
        snapshot(),
        Write::Inbound { account, items: vec![text_from(&[phone("4922222")], "A", "hi")] },
        snapshot(),
        Write::Session { account, ops: vec![SessionOp::Put("a", vec![1], vec![2])] },
        Write::Receipt(receipt),
        Write::Nothing,
        snapshot(),
    ];
    for (ticket, write) in (0..).zip(writes) {
        harness.store.submit(write, Ticket::Caller(ticket));
    }
    gate.open();
    let commit = harness.next_commit();
    assert_eq!(harness.store.stats().commits - before.commits, 1);
    let at = |seq| Ok(Answer::Positions(vec![(account, Position { epoch: 1, seq })]));
    let answer = |place: usize| commit.done[place].result.clone().map(|outcome| outcome.answer);
    assert_eq!([answer(0), answer(2), answer(6)], [at(1), at(2), at(3)]);
    assert_eq!(seqs(&commit.done), [2, 3]);
}

#[tokio::test]
async fn looking_commits_nothing_and_is_told_in_order() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    harness.receive(account, vec![text_from(&[phone("4922222")], "A", "hi")]).await;
    let gate = Gate::shut(&harness);
    let before = harness.store.stats();
    for ticket in 0..5 {
        harness.store.submit(Write::Snapshot { user: owner.clone() }, Ticket::Caller(ticket));
        harness.store.submit(Write::Nothing, Ticket::Nobody);
    }
    gate.open();
    let commit = harness.next_commit();
    let after = harness.store.stats();
    assert_eq!((after.commits, after.writes), (before.commits, before.writes + 10));
    let positions = Answer::Positions(vec![(account, Position { epoch: 1, seq: 1 })]);
    let tickets: Vec<_> = commit.done.iter().map(|done| done.ticket).collect();
    assert_eq!(&tickets[..4], [Some(0), None, Some(1), None]);
    assert!(commit.done.iter().step_by(2).all(|done| done.result.as_ref().unwrap().answer == positions));
    // it needs no one's leave to write
    let other = harness.behind_its_back();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    harness.write(Write::Snapshot { user: owner }).await;
}

#[tokio::test]
async fn a_batch_has_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("switchboard.db");
    let harness = Harness::open(folder, Options { max_batch: 10, ..Options::new(path) });
    let (owner, account) = harness.owner_and_account().await;
    let gate = Gate::shut(&harness);
    for queue in sends(&owner, account, 0..25) {
        harness.store.submit(Write::Queue(queue), Ticket::Nobody);
    }
    gate.open();
    let sizes: Vec<_> = (0..3).map(|_| harness.next_commit().done.len()).collect();
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(harness.store.stats().largest_batch, 10);
}

#[tokio::test]
async fn who_waits_is_answered_after_the_publisher() {
    let harness = Harness::new();
    harness.drain_commits();
    let outcome = harness.write(Write::AddUser(add_user("ann"))).await;
    // it is there at once: the answer did not overtake it
    let commit = harness.commits.try_recv().unwrap();
    assert_eq!(commit.done[0].result, Ok(outcome));
}

#[tokio::test]
async fn ids_rise_in_commit_order() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let second = harness.account(&owner).await;
    harness.drain_commits();
    for n in 0..200 {
        let account = if n % 3 == 0 { second } else { account };
        harness.store.submit(Write::Queue(send(&owner, account, &phone("4911111"), "x")), Ticket::Nobody);
    }
    harness.store.close().await;
    let done: Vec<_> = harness.commits.try_iter().flat_map(|commit| commit.done).collect();
    let message = |done: &Done<u32>| -> Message {
        let Answer::Queued { message, .. } = done.result.clone().unwrap().answer else { panic!() };
        *message
    };
    let messages: Vec<_> = done.iter().map(message).collect();
    assert_eq!(messages.len(), 200);
    assert!(messages.windows(2).all(|pair| pair[0].id < pair[1].id));
    for account in [account, second] {
        let of_account: Vec<_> = messages.iter().filter(|message| message.account_id == account).collect();
        assert!((1..).zip(&of_account).all(|(seq, message)| message.seq == seq));
    }
}

#[tokio::test]
async fn how_fast_it_is() {
    const SENDS: u32 = 2_000;
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let queues = sends(&owner, account, 0..SENDS);
    let gate = Gate::shut(&harness);
    for queue in queues {
        harness.store.submit(Write::Queue(queue), Ticket::Nobody);
    }
    let start = std::time::Instant::now();
    gate.open();
    harness.store.close().await;
    let took = start.elapsed().max(Duration::from_millis(1));
    eprintln!("{:.0} sends a second in this build", f64::from(SENDS) / took.as_secs_f64());
    let done: Vec<_> = harness.commits.try_iter().flat_map(|commit| commit.done).collect();
    assert_eq!(seqs(&done), (1..=u64::from(SENDS)).collect::<Vec<_>>());
}

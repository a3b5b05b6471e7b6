//! Opening, closing, crashes, and a disk that says no.

use crate::harness::{Gate, Harness, START, add_user, phone, send, text_from};
use domain::{ManualClock, SystemClock};
use std::{sync::Arc, time::Duration};
use store::{OpenError, Options, Refusal, Store, Ticket, Write};

fn open(options: Options) -> Result<Store<u32>, OpenError> {
    Store::open(options, Arc::new(SystemClock), |_| {})
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let sent = harness.queued(send(&owner, account, &phone("4911111"), "hello")).await;
    harness.receive(account, vec![text_from(&[phone("4911111")], "A", "hi")]).await;
    let before = (harness.store.directory().await.unwrap(), harness.messages(sent.conversation_id).await);
    let harness = harness.reopen().await;
    let after = (harness.store.directory().await.unwrap(), harness.messages(sent.conversation_id).await);
    assert_eq!(before, after);
    assert_eq!(harness.store.outbox(account, None, 10).await.unwrap()[0].message, sent);
    assert_eq!(harness.queued(send(&owner, account, &phone("4911111"), "more")).await.seq, 3);
}

#[tokio::test]
async fn what_was_answered_survives_a_crash() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    for n in 0..20 {
        harness.queued(send(&owner, account, &phone("4911111"), &n.to_string())).await;
    }
    let crashed = harness.copy_of_files();
    assert_eq!(crashed.store.outbox(account, None, 100).await.unwrap().len(), 20);
    assert_eq!(crashed.seq(account).await, 20);
}

#[tokio::test]
async fn closing_writes_what_waits_and_leaves_one_file() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let gate = Gate::shut(&harness);
    for n in 0..50 {
        harness.store.submit(Write::Queue(send(&owner, account, &phone("4911111"), "x")), Ticket::Caller(n));
    }
    let store = harness.store.clone();
    let closing = tokio::spawn(async move { store.close().await });
    gate.open();
    closing.await.unwrap();
    assert_eq!(harness.next_commit().done.len(), 50);
    let files: Vec<_> =
        std::fs::read_dir(harness.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["switchboard.db"]);
    harness.store.close().await;
}

#[tokio::test]
async fn after_the_close_all_are_refused() {
    let harness = Harness::new();
    harness.store.close().await;
    harness.drain_commits();
    harness.store.submit(Write::AddUser(add_user("ann")), Ticket::Nobody);
    harness.store.submit(Write::AddUser(add_user("ann")), Ticket::Caller(7));
    let commit = harness.next_commit();
    assert_eq!(commit.done.len(), 1);
    assert!(matches!((commit.done[0].ticket, &commit.done[0].result), (Some(7), Err(Refusal::Unavailable(_)))));
    assert!(matches!(harness.refusal(Write::AddUser(add_user("ann"))).await, Refusal::Unavailable(_)));
    assert!(harness.store.directory().await.is_err());
}

#[tokio::test]
async fn a_publisher_may_submit_even_after_the_close() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, told) = std::sync::mpsc::channel();
    let (give_store, take_store) = std::sync::mpsc::channel::<Store<u32>>();
    let mut own: Option<Store<u32>> = None;
    let options = Options::new(folder.path().join("switchboard.db"));
    let store = Store::open(options, Arc::new(SystemClock), move |commit| {
        let own = own.get_or_insert_with(|| take_store.recv().unwrap());
        for done in commit.done {
            let ticket = done.ticket.unwrap();
            sender.send((ticket, done.result.is_ok())).unwrap();
            if ticket < 3 {
                own.submit(Write::Nothing, Ticket::Caller(ticket + 1));
            }
        }
    })
    .unwrap();
    give_store.send(store.clone()).unwrap();
    let next = || told.recv_timeout(Duration::from_secs(30)).unwrap();
    store.submit(Write::Nothing, Ticket::Caller(0));
    assert_eq!([next(), next(), next(), next()], [(0, true), (1, true), (2, true), (3, true)]);
    store.close().await;
    store.submit(Write::Nothing, Ticket::Caller(1));
    assert_eq!([next(), next(), next()], [(1, false), (2, false), (3, false)]);
}

#[tokio::test]
async fn a_publisher_that_panics_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().join("switchboard.db"));
    let store: Store<u32> = Store::open(options, Arc::new(ManualClock::at(START)), |_| panic!("on purpose")).unwrap();
    store.write(Write::AddUser(add_user("ann"))).await.unwrap();
    store.write(Write::AddUser(add_user("ben"))).await.unwrap();
    assert_eq!(store.directory().await.unwrap().users.len(), 2);
    store.close().await;
}

#[tokio::test]
async fn while_another_process_holds_it_batches_are_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("switchboard.db");
    let harness = Harness::open(folder, Options { busy_timeout: Duration::from_millis(20), ..Options::new(path) });
    let (owner, account) = harness.owner_and_account().await;
    harness.drain_commits();
    let other = harness.behind_its_back();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let queue = send(&owner, account, &phone("4911111"), "hello");
    assert!(matches!(harness.refusal(Write::Queue(queue.clone())).await, Refusal::Unavailable(_)));
    // the publisher was told, so that it can answer
    assert!(matches!(harness.next_commit().done[0].result, Err(Refusal::Unavailable(_))));
    assert_eq!(harness.store.stats().failed_batches, 1);
    assert!(harness.store.sessions().apply(account, vec![domain::SessionOp::Clear]).await.is_err());
    // what is there can still be read
    assert_eq!(harness.seq(account).await, 0);

    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(harness.queued(queue).await.seq, 1);
}

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let harness = Harness::new();
    harness.user("ann").await;
    for file in std::fs::read_dir(harness.folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn what_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    std::fs::write(&path, "Dear Sir or Madam, ".repeat(400)).unwrap();
    let error = open(Options::new(&path)).unwrap_err();
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error}");
    assert!(error.to_string().contains("letter.txt"), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("Dear Sir"));
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let harness = Harness::new();
    harness.store.close().await;
    harness.change("INSERT INTO refinery_schema_history VALUES (999, 'later', '2030-01-01T00:00:00Z', '1')");
    let error = open(harness.options.clone()).unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 999, known: 1, .. }), "{error}");
}

#[tokio::test]
async fn a_folder_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = open(Options::new(folder.path().join("missing/switchboard.db"))).unwrap_err();
    assert!(matches!(error, OpenError::File { .. }), "{error}");
    assert!(error.to_string().contains("missing/switchboard.db"), "{error}");
    let error = open(Options::new(folder.path())).unwrap_err();
    assert!(matches!(error, OpenError::File { .. }), "{error}");
}

#[tokio::test]
async fn a_database_that_is_held_is_named() {
    let harness = Harness::new();
    harness.store.close().await;
    let other = harness.behind_its_back();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE x (y)").unwrap();
    let busy_timeout = Duration::from_millis(20);
    let error = open(Options { busy_timeout, ..harness.options.clone() }).unwrap_err();
    assert!(matches!(error, OpenError::Busy { .. }), "{error}");
}

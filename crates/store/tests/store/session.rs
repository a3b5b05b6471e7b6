//! The session state of linked devices.

use crate::harness::Harness;
use domain::{
    AccountId,
    SessionOp::{self, Clear, Delete, DeletePrefix, Put},
};

fn put(space: &'static str, key: &[u8], value: &[u8]) -> SessionOp {
    Put(space, key.to_vec(), value.to_vec())
}

fn pairs(expected: &[(&[u8], &[u8])]) -> Vec<(Vec<u8>, Vec<u8>)> {
    expected.iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect()
}

#[tokio::test]
async fn what_was_applied_is_read() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let other = harness.account(&owner).await;
    let sessions = harness.store.sessions();
    sessions.apply(account, vec![put("a", b"k", b"1"), put("b", b"k", b"2"), put("a", b"", b"")]).await.unwrap();
    sessions.apply(other, vec![put("a", b"k", b"3")]).await.unwrap();
    sessions.apply(account, vec![put("a", b"k", b"4")]).await.unwrap();
    assert_eq!(sessions.get(account, "a", b"k").await.unwrap().as_deref(), Some(&b"4"[..]));
    assert_eq!(sessions.get(account, "a", b"").await.unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(sessions.get(account, "b", b"k").await.unwrap().as_deref(), Some(&b"2"[..]));
    assert_eq!(sessions.get(other, "a", b"k").await.unwrap().as_deref(), Some(&b"3"[..]));
    assert_eq!(sessions.get(account, "a", b"x").await.unwrap(), None);
    let many = sessions.get_many(account, "a", vec![b"x".to_vec(), b"k".to_vec(), b"k".to_vec()]).await.unwrap();
    assert_eq!(many, [None, Some(b"4".to_vec()), Some(b"4".to_vec())]);
}

#[tokio::test]
async fn changes_apply_in_order() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let sessions = harness.store.sessions();
    let ops = vec![
        put("a", b"1", b"old"),
        Delete("a", b"1".to_vec()),
        Delete("a", b"never".to_vec()),
        put("a", b"2", b"old"),
        put("a", b"2", b"new"),
    ];
    sessions.apply(account, ops).await.unwrap();
    assert_eq!(sessions.scan(account, "a", b"").await.unwrap(), pairs(&[(b"2", b"new")]));
    sessions.apply(account, vec![put("b", b"3", b"3"), Clear, put("a", b"4", b"4")]).await.unwrap();
    assert_eq!(sessions.scan(account, "a", b"").await.unwrap(), pairs(&[(b"4", b"4")]));
    assert_eq!(sessions.scan(account, "b", b"").await.unwrap(), []);
    sessions.apply(account, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_prefix_is_of_bytes() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let sessions = harness.store.sessions();
    let keys: [&[u8]; 7] = [b"\x00", b"a", b"a\x00", b"a\xff\xff", b"b", b"\xff", b"\xff\xff"];
    let fill = || keys.iter().rev().map(|key| put("a", key, key)).collect::<Vec<_>>();
    let all = |keys: &[&[u8]]| keys.iter().map(|key| (key.to_vec(), key.to_vec())).collect::<Vec<_>>();
    let cases: [(&[u8], &[&[u8]]); 5] =
        [(b"", &keys), (b"a", &keys[1..4]), (b"a\xff", &keys[3..4]), (b"\xff", &keys[5..]), (b"c", &[])];
    for (prefix, expected) in cases {
        sessions.apply(account, fill()).await.unwrap();
        sessions.apply(account, vec![put("b", prefix, b"stays")]).await.unwrap();
        // in the order of the bytes, whatever order they came in
        assert_eq!(sessions.scan(account, "a", prefix).await.unwrap(), all(expected), "{prefix:?}");
        sessions.apply(account, vec![DeletePrefix("a", prefix.to_vec())]).await.unwrap();
        let left: Vec<_> = keys.iter().copied().filter(|key| !expected.contains(key)).collect();
        assert_eq!(sessions.scan(account, "a", b"").await.unwrap(), all(&left), "{prefix:?}");
        assert!(sessions.get(account, "b", prefix).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn it_is_there_after_a_crash() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    harness.store.sessions().apply(account, vec![put("a", b"k", b"1")]).await.unwrap();
    // as a crash leaves it: nobody closed anything
    let crashed = harness.copy_of_files();
    assert_eq!(crashed.store.sessions().get(account, "a", b"k").await.unwrap().as_deref(), Some(&b"1"[..]));
}

#[tokio::test]
async fn many_at_once_see_what_they_wrote() {
    let harness = Harness::new();
    let (_, account) = harness.owner_and_account().await;
    let tasks: Vec<_> = (0u8..32)
        .map(|task| {
            let sessions = harness.store.sessions();
            tokio::spawn(async move {
                for round in 0u8..8 {
                    sessions.apply(account, vec![put("a", &[task], &[round])]).await.unwrap();
                    assert_eq!(sessions.get(account, "a", &[task]).await.unwrap(), Some(vec![round]));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let stats = harness.store.stats();
    assert!(stats.commits < stats.writes, "they share transactions: {stats:?}");
}

#[tokio::test]
async fn there_is_none_for_an_account_that_is_gone() {
    let harness = Harness::new();
    let error = harness.store.sessions().apply(AccountId::new(), vec![put("a", b"k", b"1")]).await.unwrap_err();
    assert!(error.to_string().contains("account not found"), "{error}");
}

//! Users, accounts, members.

use crate::harness::{Harness, START, add_user, lid, phone, send, text_from};
use domain::{AccountId, AccountSettings, Position, ProviderKind, Role, SessionOp, Timestamp, UserId};
use store::{AccountChange, AddAccount, Answer, Change, Refusal, Write};

#[tokio::test]
async fn a_user_has_the_role_asked_for() {
    let harness = Harness::new();
    let mut add = add_user("ann");
    add.role = Role::Admin;
    let Answer::User(ann) = harness.write(Write::AddUser(add)).await.answer else { panic!() };
    let Answer::User(ben) = harness.write(Write::AddUser(add_user("ben"))).await.answer else { panic!() };
    assert_eq!((ann.role, ben.role), (Role::Admin, Role::User));
    assert_eq!(ann.created_at, START);
}

#[tokio::test]
async fn the_first_admin_comes_unasked_and_no_other() {
    let harness = Harness::new();
    harness.user("provisioned").await;
    let mut add = add_user("ann");
    add.first_admin = true;
    let Answer::User(ann) = harness.write(Write::AddUser(add.clone())).await.answer else { panic!() };
    assert_eq!(ann.role, Role::Admin);
    add.id = UserId::new("ben").unwrap();
    add.email = None;
    assert_eq!(harness.refusal(Write::AddUser(add)).await, Refusal::Forbidden);
}

#[tokio::test]
async fn ids_and_emails_are_unique() {
    let harness = Harness::new();
    harness.user("ann").await;
    let mut same_email = add_user("ben");
    same_email.email = Some("ANN@example.com".into());
    assert_eq!(harness.refusal(Write::AddUser(same_email)).await, Refusal::Conflict { field: "email" });
    assert_eq!(harness.refusal(Write::AddUser(add_user("ann"))).await, Refusal::Conflict { field: "userId" });
    for id in ["cem", "dan"] {
        let mut without = add_user(id);
        without.email = None;
        harness.write(Write::AddUser(without)).await;
    }
    assert_eq!(harness.store.directory().await.unwrap().users.len(), 3);
}

#[tokio::test]
async fn passwords_are_found_by_email() {
    let harness = Harness::new();
    let ann = harness.user("ann").await;
    assert_eq!(harness.store.user_by_email("ann@example.com").await.unwrap().unwrap().1, None);
    let set = Write::SetPassword { user: ann.clone(), password_hash: "$argon2id$x".into() };
    assert!(harness.write(set).await.changes.is_empty());
    let (user, hash) = harness.store.user_by_email("Ann@Example.com").await.unwrap().unwrap();
    assert_eq!((user.id, hash.as_deref()), (ann, Some("$argon2id$x")));
    assert_eq!(harness.store.user_by_email("nobody@example.com").await.unwrap(), None);
    let unknown = Write::SetPassword { user: UserId::new("zoe").unwrap(), password_hash: String::new() };
    assert_eq!(harness.refusal(unknown).await, Refusal::NotFound("user"));
}

#[tokio::test]
async fn disabling_tells_once() {
    let harness = Harness::new();
    let ann = harness.user("ann").await;
    let disable = || Write::SetDisabled { user: ann.clone(), disabled: true };
    let changes = harness.write(disable()).await.changes;
    assert!(matches!(&changes[..], [Change::User(user)] if user.disabled));
    assert!(harness.write(disable()).await.changes.is_empty());
    assert_eq!(harness.refusal(Write::Snapshot { user: ann }).await, Refusal::NotFound("user"));
}

#[tokio::test]
async fn an_account_begins_unlinked_at_zero() {
    let harness = Harness::new();
    let ann = harness.user("ann").await;
    let add = AddAccount { id: AccountId::new(), owner: ann.clone(), provider: ProviderKind::Demo, name: None };
    let outcome = harness.write(Write::AddAccount(add.clone())).await;
    let Answer::Account(account) = outcome.answer else { panic!() };
    assert_eq!(outcome.changes, [Change::Account(account.clone())]);
    assert_eq!((account.owner, account.provider, account.linked, account.wanted), (ann, add.provider, false, false));
    assert_eq!(account.position, Position { epoch: 1, seq: 0 });
    assert_eq!(account.settings, AccountSettings::default());
    assert_eq!(harness.refusal(Write::AddAccount(add.clone())).await, Refusal::Conflict { field: "id" });
    let of_nobody = AddAccount { id: AccountId::new(), owner: UserId::new("zoe").unwrap(), ..add };
    assert_eq!(harness.refusal(Write::AddAccount(of_nobody)).await, Refusal::NotFound("user"));
}

#[tokio::test]
async fn every_change_of_an_account_is_told_and_kept() {
    let harness = Harness::new();
    let ann = harness.user("ann").await;
    let id = AccountId::new();
    let add = AddAccount { id, owner: ann, provider: ProviderKind::Web, name: None };
    harness.write(Write::AddAccount(add)).await;
    let settings = AccountSettings { mark_online: true, channels: true, ..AccountSettings::default() };
    let addresses = vec![lid("77"), phone("4917012345")];
    let changes = [
        AccountChange::Linked { addresses: addresses.clone(), name: Some("Shop".into()) },
        AccountChange::Wanted(true),
        AccountChange::Connected(Timestamp(5)),
        AccountChange::Settings(settings.clone()),
        AccountChange::Name(Some("Sales".into())),
    ];
    for change in changes {
        let outcome = harness.write(Write::ChangeAccount { account: id, change }).await;
        assert!(matches!(&outcome.changes[..], [Change::Account(_)]));
    }
    let account = harness.store.directory().await.unwrap().accounts.remove(0);
    assert!(account.linked && account.wanted);
    assert_eq!(account.phone.as_deref(), Some("+4917012345"));
    assert_eq!((account.name.as_deref(), account.settings), (Some("Sales"), settings));
    assert_eq!(account.last_connected_at, Some(Timestamp(5)));
    assert_eq!(account.position.seq, 0);
    assert_eq!(harness.store.own_addresses(id).await.unwrap(), addresses);
}

#[tokio::test]
async fn whatsapps_name_shows_when_the_given_one_is_taken_back() {
    let harness = Harness::new();
    let (_, id) = harness.owner_and_account().await;
    for (given, shown) in [(Some("Sales".to_owned()), "Sales"), (None, "Own")] {
        let change = AccountChange::Name(given);
        let Answer::Account(account) = harness.write(Write::ChangeAccount { account: id, change }).await.answer else {
            panic!()
        };
        assert_eq!(account.name.as_deref(), Some(shown));
    }
}

#[tokio::test]
async fn logging_out_ends_the_wish_but_keeps_the_session() {
    let harness = Harness::new();
    let (_, id) = harness.owner_and_account().await;
    harness.write(Write::ChangeAccount { account: id, change: AccountChange::Wanted(true) }).await;
    let ops = vec![SessionOp::Put("device", b"me".to_vec(), b"1".to_vec())];
    harness.write(Write::Session { account: id, ops }).await;
    let logout = Write::ChangeAccount { account: id, change: AccountChange::LoggedOut };
    let Answer::Account(account) = harness.write(logout).await.answer else { panic!() };
    assert!(!account.linked && !account.wanted);
    let kept = harness.store.sessions().get(id, "device", b"me").await.unwrap();
    assert_eq!(kept.as_deref(), Some(&b"1"[..]));
}

#[tokio::test]
async fn members_come_and_go() {
    let harness = Harness::new();
    let (owner, account) = harness.owner_and_account().await;
    let ben = harness.user("ben").await;
    let add = |user: &UserId| Write::AddMember { account, user: user.clone() };
    let remove = |user: &UserId| Write::RemoveMember { account, user: user.clone() };

    let position = Position { epoch: 1, seq: 0 };
    let added = harness.write(add(&ben)).await.changes;
    assert_eq!(added, [Change::MemberAdded { account, user: ben.clone(), position }]);
    assert!(harness.write(add(&ben)).await.changes.is_empty());
    assert_eq!(harness.store.directory().await.unwrap().members, [(account, ben.clone())]);
    assert_eq!(harness.write(remove(&ben)).await.changes, [Change::MemberRemoved { account, user: ben.clone() }]);

    assert_eq!(harness.refusal(remove(&ben)).await, Refusal::NotFound("member"));
    assert_eq!(harness.refusal(add(&owner)).await, Refusal::Conflict { field: "userId" });
    assert_eq!(harness.refusal(add(&UserId::new("zoe").unwrap())).await, Refusal::NotFound("user"));
    let elsewhere = Write::AddMember { account: AccountId::new(), user: ben };
    assert_eq!(harness.refusal(elsewhere).await, Refusal::NotFound("account"));
}

#[tokio::test]
async fn a_snapshot_names_the_accounts_of_owner_and_member() {
    let harness = Harness::new();
    let (owner, first) = harness.owner_and_account().await;
    let second = harness.account(&owner).await;
    let ben = harness.user("ben").await;
    harness.write(Write::AddMember { account: second, user: ben.clone() }).await;
    harness.receive(second, vec![text_from(&[phone("4911111")], "A", "hi")]).await;

    let at = |seq| Position { epoch: 1, seq };
    let positions = harness.write(Write::Snapshot { user: owner }).await.answer;
    assert_eq!(positions, Answer::Positions(vec![(first, at(0)), (second, at(1))]));
    let positions = harness.write(Write::Snapshot { user: ben }).await.answer;
    assert_eq!(positions, Answer::Positions(vec![(second, at(1))]));
    let nobody = UserId::new("zoe").unwrap();
    assert_eq!(harness.refusal(Write::Snapshot { user: nobody }).await, Refusal::NotFound("user"));
}

#[tokio::test]
async fn deleting_an_account_takes_all_it_has_and_nothing_else() {
    let harness = Harness::new();
    let (owner, gone) = harness.owner_and_account().await;
    let stays = harness.account(&owner).await;
    let ben = harness.user("ben").await;
    for account in [gone, stays] {
        harness.write(Write::AddMember { account, user: ben.clone() }).await;
        harness.receive(account, vec![text_from(&[phone("4911111"), lid("11")], "A", "hi")]).await;
        harness.queued(send(&owner, account, &phone("4922222"), "hello")).await;
        let ops = vec![SessionOp::Put("device", b"me".to_vec(), b"1".to_vec())];
        harness.write(Write::Session { account, ops }).await;
    }
    let changes = harness.write(Write::DeleteAccount { account: gone }).await.changes;
    assert_eq!(changes, [Change::AccountDeleted { account: gone, users: vec![owner, ben.clone()] }]);

    let directory = harness.store.directory().await.unwrap();
    assert_eq!(directory.accounts.iter().map(|account| account.id).collect::<Vec<_>>(), [stays]);
    assert_eq!(directory.members, [(stays, ben)]);
    assert_eq!(harness.store.accounts_with_outbox().await.unwrap(), [stays]);
    assert!(harness.conversations(gone).await.is_empty());
    assert_eq!(harness.conversations(stays).await.len(), 2);
    assert_eq!(harness.store.sessions().get(gone, "device", b"me").await.unwrap(), None);
    assert!(harness.store.sessions().get(stays, "device", b"me").await.unwrap().is_some());
    assert_eq!(harness.refusal(Write::DeleteAccount { account: gone }).await, Refusal::NotFound("account"));
}

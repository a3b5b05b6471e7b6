//! A store in a folder of its own, and short ways to fill it.

use domain::{
    AccountId, Address, Conversation, ConversationId, ManualClock, Message, MessageId, MessageKind, Origin,
    ProviderKind, Role, SenderKey, Timestamp, UserId,
};
use std::{
    sync::{Arc, Mutex, MutexGuard, mpsc},
    time::Duration,
};
use store::{
    AccountChange, AddAccount, AddUser, Answer, Change, Commit, Inbound, Options, Outcome, Queue, QueueTarget, Refusal,
    Store, Ticket, Write,
};

pub(crate) const START: Timestamp = Timestamp::from_secs(1_700_000_000);

pub(crate) struct Harness {
    pub(crate) store: Store<u32>,
    pub(crate) commits: mpsc::Receiver<Commit<u32>>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) options: Options,
    pub(crate) folder: tempfile::TempDir,
    /// Held by a test that wants the publisher to wait.
    gate: Arc<Mutex<()>>,
}

impl Harness {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("switchboard.db"));
        Self::open(folder, options)
    }

    pub(crate) fn open(folder: tempfile::TempDir, options: Options) -> Self {
        let (sender, commits) = mpsc::channel();
        let clock = Arc::new(ManualClock::at(START));
        let gate = Arc::new(Mutex::new(()));
        let at_gate = Arc::clone(&gate);
        let publish = move |commit| {
            let _ = sender.send(commit);
            drop(at_gate.lock().unwrap());
        };
        let store = Store::open(options.clone(), clock.clone(), publish).unwrap();
        Self { store, commits, clock, options, folder, gate }
    }

    /// A store on what the disk holds now, as if this one had crashed.
    pub(crate) fn copy_of_files(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["switchboard.db", "switchboard.db-wal"] {
            std::fs::copy(self.folder.path().join(name), folder.path().join(name)).unwrap();
        }
        let options = Options::new(folder.path().join("switchboard.db"));
        Self::open(folder, options)
    }

    /// The next commit that was published.
    pub(crate) fn next_commit(&self) -> Commit<u32> {
        self.commits.recv_timeout(Duration::from_secs(30)).unwrap()
    }

    pub(crate) fn drain_commits(&self) {
        self.commits.try_iter().for_each(drop);
    }

    /// Closes the store and opens it again.
    pub(crate) async fn reopen(self) -> Self {
        self.store.close().await;
        Self::open(self.folder, self.options)
    }

    pub(crate) async fn write(&self, write: Write) -> Outcome {
        self.store.write(write).await.unwrap()
    }

    pub(crate) async fn refusal(&self, write: Write) -> Refusal {
        self.store.write(write).await.unwrap_err()
    }

    /// Adds a user of that id.
    pub(crate) async fn user(&self, id: &str) -> UserId {
        let add = add_user(id);
        let user = add.id.clone();
        self.write(Write::AddUser(add)).await;
        user
    }

    /// Adds a linked account.
    pub(crate) async fn account(&self, owner: &UserId) -> AccountId {
        self.account_of(owner, ProviderKind::Web).await
    }

    pub(crate) async fn account_of(&self, owner: &UserId, provider: ProviderKind) -> AccountId {
        let id = AccountId::new();
        self.write(Write::AddAccount(AddAccount { id, owner: owner.clone(), provider, name: None })).await;
        let change = AccountChange::Linked { addresses: vec![phone("4900000")], name: Some("Own".into()) };
        self.write(Write::ChangeAccount { account: id, change }).await;
        id
    }

    /// A user and their linked account.
    pub(crate) async fn owner_and_account(&self) -> (UserId, AccountId) {
        let owner = self.user("owner").await;
        let account = self.account(&owner).await;
        (owner, account)
    }

    /// Queues a text that must be taken as new.
    pub(crate) async fn queued(&self, send: Queue) -> Message {
        match self.write(Write::Queue(send)).await.answer {
            Answer::Queued { message, repeated: false } => *message,
            other => panic!("not queued: {other:?}"),
        }
    }

    pub(crate) async fn receive(&self, account: AccountId, items: Vec<Inbound>) -> Vec<Change> {
        self.write(Write::Inbound { account, items }).await.changes
    }

    pub(crate) async fn seq(&self, account: AccountId) -> u64 {
        self.store.position(account).await.unwrap().unwrap().seq
    }

    /// One value that nobody can read through the store, from behind its back.
    pub(crate) fn look<V: rusqlite::types::FromSql>(&self, sql: &str) -> V {
        self.behind_its_back().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Changes the database as only a test may.
    pub(crate) fn change(&self, sql: &str) {
        self.behind_its_back().execute_batch(sql).unwrap();
    }

    pub(crate) fn behind_its_back(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.options.path).unwrap()
    }

    pub(crate) async fn conversation(&self, id: ConversationId) -> Conversation {
        self.store.conversation(id).await.unwrap().unwrap()
    }

    pub(crate) async fn message(&self, id: MessageId) -> Message {
        self.store.message(id).await.unwrap().unwrap()
    }

    pub(crate) async fn messages(&self, conversation: ConversationId) -> Vec<Message> {
        self.store.messages(conversation, None, 1000).await.unwrap()
    }

    pub(crate) async fn conversations(&self, account: AccountId) -> Vec<Conversation> {
        let listed = self.store.conversations(&[account], None, 1000).await.unwrap();
        listed.into_iter().map(|(_, conversation)| conversation).collect()
    }
}

/// Holds the publisher, so that writes queue up.
pub(crate) struct Gate<'a>(MutexGuard<'a, ()>);

impl<'a> Gate<'a> {
    /// Returns once the publisher stands at the gate: what is submitted now shares the next batch.
    pub(crate) fn shut(harness: &'a Harness) -> Self {
        harness.drain_commits();
        let held = harness.gate.lock().unwrap();
        harness.store.submit(Write::Nothing, Ticket::Nobody);
        harness.next_commit();
        Self(held)
    }

    pub(crate) fn open(self) {
        drop(self.0);
    }
}

pub(crate) fn phone(digits: &str) -> Address {
    Address::Phone(digits.into())
}

pub(crate) fn lid(digits: &str) -> Address {
    Address::Lid(digits.into())
}

pub(crate) fn add_user(id: &str) -> AddUser {
    AddUser {
        id: UserId::new(id).unwrap(),
        email: Some(format!("{id}@example.com")),
        name: format!("Name of {id}"),
        role: Role::User,
        password_hash: None,
        first_admin: false,
    }
}

/// A send of a user to an address, with an id of its own.
pub(crate) fn send(user: &UserId, account: AccountId, to: &Address, text: &str) -> Queue {
    send_to(user, QueueTarget::Address { account, address: to.clone() }, text)
}

/// A send of a user to a chat.
pub(crate) fn send_in(user: &UserId, conversation: ConversationId, text: &str) -> Queue {
    send_to(user, QueueTarget::Conversation(conversation), text)
}

fn send_to(user: &UserId, target: QueueTarget, text: &str) -> Queue {
    Queue {
        sender: SenderKey::User(user.clone()),
        user: Some(user.clone()),
        origin: Origin::User,
        target,
        account: None,
        provider_id: format!("3EB0{}", MessageId::new()),
        client_id: None,
        text: text.into(),
        at: START,
    }
}

/// A text from somebody in a direct chat.
pub(crate) fn text_from(from: &[Address], provider_id: &str, text: &str) -> Inbound {
    Inbound {
        provider_id: provider_id.into(),
        chat: from.to_vec(),
        sender: from.to_vec(),
        from_me: false,
        push_name: None,
        kind: MessageKind::Text,
        content: text.into(),
        raw: None,
        timestamp: START,
    }
}

/// The messages among the changes.
pub(crate) fn stored(changes: &[Change]) -> Vec<&Message> {
    changes.iter().filter_map(message_of).collect()
}

fn message_of(change: &Change) -> Option<&Message> {
    match change {
        Change::Message { message, .. } => Some(message),
        _ => None,
    }
}

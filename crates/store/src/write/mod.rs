//! The one writer: what can be written, and how a batch of it becomes one commit.

mod accounts;
mod batch;
mod change;
mod chat;
mod contacts;
mod conversations;
mod fault;
mod ids;
mod inbound;
mod members;
mod messages;
mod queue;
mod sequence;
mod session;
mod snapshot;
mod status;
mod users;
pub(crate) mod writer;

pub(crate) use batch::panic_text;
pub use change::{AccountChange, AddAccount, AddUser, ContactSeen, Inbound, Queue, QueueTarget, Receipt, Write};
pub(crate) use session::behind_prefix;

use crate::{Answer, Change, Outcome, Refusal};
use batch::{Mode, Scope};
use domain::{Clock, MessageId, Timestamp};
use fault::Fault;
use ids::Ids;
use rusqlite::Connection;
use std::{cell::RefCell, sync::Arc};

/// A connection that writes.
pub(crate) struct Database {
    conn: Connection,
    ids: RefCell<Ids>,
    clock: Arc<dyn Clock>,
}

/// What one write works with.
pub(crate) struct Tx<'a> {
    scope: &'a Scope<'a>,
    ids: &'a RefCell<Ids>,
    /// The time of the commit, the same for the whole batch.
    now: Timestamp,
}

impl Tx<'_> {
    fn conn(&self) -> &Connection {
        self.scope.conn
    }

    fn next_message_id(&self) -> MessageId {
        self.ids.borrow_mut().next()
    }
}

impl Database {
    pub(crate) fn new(conn: Connection, clock: Arc<dyn Clock>) -> rusqlite::Result<Self> {
        let ids = RefCell::new(Ids::behind_stored(&conn)?);
        Ok(Self { conn, ids, clock })
    }

    /// Runs the writes in order and commits them together. An error: nothing was kept, and the next batch may well
    /// go through.
    pub(crate) fn run(&self, writes: &[Write]) -> rusqlite::Result<Vec<Result<Outcome, Refusal>>> {
        let now = self.clock.now();
        let mode = if Self::looks_only(writes) { Mode::Read } else { Mode::Write };
        batch::run(&self.conn, mode, writes, |scope, write| apply(&Tx { scope, ids: &self.ids, now }, write))
    }

    /// Whether the batch needs no commit.
    pub(crate) fn looks_only(writes: &[Write]) -> bool {
        writes.iter().all(|write| matches!(write, Write::Snapshot { .. } | Write::Nothing))
    }

    /// Moves what was committed from the log into the file, so that the file alone is whole.
    pub(crate) fn checkpoint(&self) -> rusqlite::Result<()> {
        self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }
}

fn apply(tx: &Tx<'_>, write: &Write) -> Result<Outcome, Fault> {
    match write {
        Write::AddUser(user) => users::add(tx, user),
        Write::SetPassword { user, password_hash } => users::set_password(tx, user, password_hash),
        Write::SetDisabled { user, disabled } => users::set_disabled(tx, user, *disabled),
        Write::AddAccount(account) => accounts::add(tx, account),
        Write::ChangeAccount { account, change } => accounts::change(tx, *account, change),
        Write::DeleteAccount { account } => accounts::delete(tx, *account),
        Write::AddMember { account, user } => members::add(tx, *account, user),
        Write::RemoveMember { account, user } => members::remove(tx, *account, user),
        Write::Queue(message) => queue::queue(tx, message),
        Write::Inbound { account, items } => inbound::receive(tx, *account, items),
        Write::Sent { message, provider_id, at } => status::sent(tx, *message, provider_id.as_deref(), *at),
        Write::Failed { message, error, at } => status::failed(tx, *message, error, *at),
        Write::Receipt(receipt) => status::receipt(tx, receipt),
        Write::Contact(seen) => contacts::seen(tx, seen),
        Write::Session { account, ops } => session::apply(tx, *account, ops),
        Write::Nothing => Ok(done(Vec::new())),
        Write::Snapshot { user } => snapshot::positions(tx, user),
    }
}

fn done(changes: Vec<Change>) -> Outcome {
    Outcome { answer: Answer::Done, changes }
}

//! What a commit tells.

use domain::{Account, AccountId, Conversation, Message, MessageError, Position, Timestamp, User, UserId};
use tokio::sync::oneshot;

/// What was committed together, in commit order. The publisher gets each exactly once, after the commit and before any
/// answer.
#[derive(Debug)]
pub struct Commit<T> {
    /// Every write of the batch with its outcome, in order; refused ones too.
    pub done: Vec<Done<T>>,
}

/// One write's end.
#[derive(Debug)]
pub struct Done<T> {
    /// The caller's own ticket, if it brought one.
    pub ticket: Option<T>,
    /// What came of it.
    pub result: Result<Outcome, Refusal>,
}

/// Whom to answer.
#[derive(Debug)]
pub enum Ticket<T> {
    /// Nobody.
    Nobody,
    /// A task that waits. It is answered after the publisher had the commit.
    Wait(oneshot::Sender<Result<Outcome, Refusal>>),
    /// The publisher, which knows what to do with it.
    Caller(T),
}

/// What a write did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The result for who asked.
    pub answer: Answer,
    /// What changed, in order.
    pub changes: Vec<Change>,
}

/// The result of a write for who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// The user that was made or changed.
    User(User),
    /// The account that was made or changed.
    Account(Account),
    /// The queued message; `repeated` if it was queued by an earlier send with the same client id (no change then).
    Queued {
        /// The message in its present state.
        message: Box<Message>,
        /// Whether it is an earlier one.
        repeated: bool,
    },
    /// The positions of the accounts that the user may see, by id.
    Positions(Vec<(AccountId, Position)>),
}

/// What changed, for those who are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A user was made or changed.
    User(User),
    /// An account was made or changed (no `seq`).
    Account(Account),
    /// An account was deleted; these had access.
    AccountDeleted {
        /// Which.
        account: AccountId,
        /// Owner and members.
        users: Vec<UserId>,
    },
    /// A user was let into an account.
    MemberAdded {
        /// Which.
        account: AccountId,
        /// Who.
        user: UserId,
        /// Where the account stands.
        position: Position,
    },
    /// A member's access ended.
    MemberRemoved {
        /// Which.
        account: AccountId,
        /// Who.
        user: UserId,
    },
    /// A message was stored. Its conversation is as the same change left it.
    Message {
        /// The message.
        message: Box<Message>,
        /// Its conversation.
        conversation: Box<Conversation>,
        /// Whether the conversation was made with it.
        new_conversation: bool,
    },
    /// A message's status changed.
    Status(Box<StatusChange>),
    /// A conversation changed and no message of it.
    Conversation(Box<Conversation>),
}

/// A change of a message's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// The message in its present state: `seq`, `status` and `error` are the new ones.
    pub message: Message,
    /// When it happened at WhatsApp.
    pub at: Timestamp,
    /// It reached WhatsApp's server with this change, or was known to be beyond with no such word: time to say `message_sent`.
    pub first_sent: bool,
    /// Why it failed, if it did.
    pub error: Option<MessageError>,
}

/// Why a write was not done. Nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What is named does not exist, or not for this user.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// It would break a rule of uniqueness.
    #[error("{field} is taken")]
    Conflict {
        /// What collides, as the contract names it.
        field: &'static str,
    },
    /// It is not for who asks.
    #[error("not allowed")]
    Forbidden,
    /// The client id was used for another send.
    #[error("the client id was used for another message")]
    IdempotencyConflict,
    /// The account is logged out or was never linked.
    #[error("the account is not linked")]
    AccountNotLinked,
    /// The store can't write now; try again.
    #[error("the store can't write now: {0}")]
    Unavailable(String),
    /// The database refused it for a reason of ours: a bug.
    #[error("the database refused the write: {0}")]
    Broken(String),
}

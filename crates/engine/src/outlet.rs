//! The way out: what the engine hands to whoever delivers it.

use domain::{AccountId, ConversationId, Message, Position, UserId};
use protocol::{ErrorBody, ServerEvent};

/// A command that is refused, as the client is told.
pub type Refused = ErrorBody;

/// Delivers what happened. The server implements it with its sockets.
pub trait Outlet<T>: Send + Sync + 'static {
    /// What one commit of the store brought, in order. Called on the writer's thread: it must not block, and what it
    /// hands on keeps the order of the calls.
    fn commit(&self, items: Vec<Item<T>>);

    /// An event without a sequence that belongs to no commit. From any thread.
    fn emit(&self, emission: Emission);
}

/// One thing that a commit brought.
#[derive(Debug)]
pub enum Item<T> {
    /// An event for some.
    Emit(Emission),
    /// The answer to a caller that left its ticket.
    Answer(T, Result<Reply, Refused>),
    /// The user may see the account from here on.
    Grant {
        /// Which account.
        account: AccountId,
        /// Who.
        user: UserId,
    },
    /// The user may not see the account from here on: not its events, not the rooms of its conversations.
    Revoke {
        /// Which account.
        account: AccountId,
        /// Who.
        user: UserId,
    },
    /// The user was disabled: their sockets are closed.
    Expel {
        /// Who.
        user: UserId,
    },
}

/// An event and who gets it.
#[derive(Debug)]
pub struct Emission {
    /// Who.
    pub to: Audience,
    /// What.
    pub event: ServerEvent,
}

/// Who gets an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// The user rooms of all who see the account.
    Account(AccountId),
    /// All sockets of one user.
    User(UserId),
    /// The conversation room.
    Conversation(ConversationId),
}

/// The answer to a command.
#[derive(Debug)]
pub enum Reply {
    /// The user's accounts and where each stands at this place of the stream.
    Attached {
        /// By account.
        positions: Vec<(AccountId, Position)>,
    },
    /// The message is stored.
    Queued {
        /// In its present state.
        message: Box<Message>,
        /// It is the message of an earlier send with the same client id.
        repeated: bool,
    },
}

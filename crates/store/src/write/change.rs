//! What can be written: data, so that the writer can batch it.

use domain::{
    AccountId, AccountSettings, Address, ConversationId, DeliveryStatus, MessageError, MessageId, MessageKind, Origin,
    ProviderKind, Role, SenderKey, SessionOp, Timestamp, UserId,
};

/// One write. Those that queue up together share a transaction; each succeeds or is refused by itself.
#[derive(Debug)]
pub enum Write {
    /// Makes a user.
    AddUser(AddUser),
    /// Sets a user's password hash (PHC string).
    SetPassword {
        /// Whose.
        user: UserId,
        /// The hash.
        password_hash: String,
    },
    /// Lets a user sign in, or no longer.
    SetDisabled {
        /// Who.
        user: UserId,
        /// Whether they are shut out.
        disabled: bool,
    },
    /// Makes an account.
    AddAccount(AddAccount),
    /// Changes an account.
    ChangeAccount {
        /// Which.
        account: AccountId,
        /// How.
        change: AccountChange,
    },
    /// Deletes an account with all that it has.
    DeleteAccount {
        /// Which.
        account: AccountId,
    },
    /// Lets a user into an account. Fine if they are in already; the owner is refused (`Conflict`).
    AddMember {
        /// Which account.
        account: AccountId,
        /// Who.
        user: UserId,
    },
    /// Ends a member's access. `NotFound` if they have none.
    RemoveMember {
        /// Which account.
        account: AccountId,
        /// Who.
        user: UserId,
    },
    /// Queues a message to be sent. Refused as `NotFound("conversation")` or `NotFound("account")` (what the user may
    /// not see, too), `IdempotencyConflict`, `AccountNotLinked`, or `Conflict { field: "messageId" }` if another message
    /// has the same id at WhatsApp.
    Queue(Queue),
    /// Stores what a provider received. An item the database refuses is kept raw as `unsupported` and takes no other
    /// with it, so the batch is always good once committed (one without a chat can't be kept; it is logged as lost).
    /// Items stored before are skipped. A name or number of a chat that shows differently now is a change of its own,
    /// before the message's.
    Inbound {
        /// Whose.
        account: AccountId,
        /// In the order received.
        items: Vec<Inbound>,
    },
    /// WhatsApp's server took a message (`queued` → `sent`).
    Sent {
        /// Which.
        message: MessageId,
        /// WhatsApp's id for it, where WhatsApp gives ids out.
        provider_id: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// A message can't be sent.
    Failed {
        /// Which.
        message: MessageId,
        /// Why.
        error: MessageError,
        /// When.
        at: Timestamp,
    },
    /// The other side has it, or saw it.
    Receipt(Receipt),
    /// A person's names and addresses became known. A change only if the name or number of their chat shows differently
    /// now.
    Contact(ContactSeen),
    /// Changes of a linked device's session.
    Session {
        /// Whose.
        account: AccountId,
        /// In order.
        ops: Vec<SessionOp>,
    },
    /// Writes nothing and answers `Done` at its place in the commit order: for a caller whose answers must keep their order
    /// although this one needed no write.
    Nothing,
    /// Writes nothing: answers with the positions of all accounts the user may see, at its place in the commit order.
    /// Refused as `NotFound("user")` if they are unknown or disabled.
    Snapshot {
        /// Who.
        user: UserId,
    },
}

/// A user to be made.
#[derive(Debug, Clone)]
pub struct AddUser {
    /// Their id.
    pub id: UserId,
    /// Lower case; unique (`Conflict { field: "email" }`).
    pub email: Option<String>,
    /// The name colleagues see.
    pub name: String,
    /// What they may manage.
    pub role: Role,
    /// PHC string.
    pub password_hash: Option<String>,
    /// Makes the admin of a new installation, for the registration nobody has to allow: refused as `Forbidden` if there
    /// is an admin already.
    pub first_admin: bool,
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct AddAccount {
    /// Its id.
    pub id: AccountId,
    /// Whose.
    pub owner: UserId,
    /// What brings its messages.
    pub provider: ProviderKind,
    /// A name given by the user.
    pub name: Option<String>,
}

/// A change of an account.
#[derive(Debug, Clone)]
pub enum AccountChange {
    /// A user named it; None takes the name back.
    Name(Option<String>),
    /// Somebody wants it up, or no longer.
    Wanted(bool),
    /// A phone was linked: its own addresses and, if the account has none, its name.
    Linked {
        /// The owner's own addresses.
        addresses: Vec<Address>,
        /// WhatsApp's name for the owner.
        name: Option<String>,
    },
    /// The link has ended; `wanted` ends with it, the session state stays until it is cleared.
    LoggedOut,
    /// It came up.
    Connected(Timestamp),
    /// The owner set something.
    Settings(AccountSettings),
}

/// To whom a message goes.
#[derive(Debug, Clone)]
pub enum QueueTarget {
    /// A chat; its account sends.
    Conversation(ConversationId),
    /// An address; the chat is made if there is none.
    Address {
        /// Who sends.
        account: AccountId,
        /// To whom.
        address: Address,
    },
}

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Whose `client_id` it is.
    pub sender: SenderKey,
    /// The user on whose behalf it is; access is checked for them. None: an API key, checked by the caller.
    pub user: Option<UserId>,
    /// Who wrote it.
    pub origin: Origin,
    /// To whom.
    pub target: QueueTarget,
    /// If given, the conversation must be of this account, else `NotFound`.
    pub account: Option<AccountId>,
    /// The id under which it goes to WhatsApp, fixed now; ignored for providers that give ids out themselves.
    pub provider_id: String,
    /// Makes it idempotent. The same again answers with the first one's message.
    pub client_id: Option<String>,
    /// The text.
    pub text: String,
    /// When it was asked for.
    pub at: Timestamp,
}

/// A message that a provider received, or that the owner wrote on the phone.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// WhatsApp's id.
    pub provider_id: String,
    /// Every address known of the other side of the chat, the one it came under first.
    pub chat: Vec<Address>,
    /// Every address known of who wrote it; ignored if `from_me`.
    pub sender: Vec<Address>,
    /// Written by the owner, on the phone or another of its devices.
    pub from_me: bool,
    /// The name the sender gave themselves.
    pub push_name: Option<String>,
    /// What it is.
    pub kind: MessageKind,
    /// Its text.
    pub content: String,
    /// The message as WhatsApp delivered it, for kinds that can't be shown yet.
    pub raw: Option<Vec<u8>>,
    /// WhatsApp's time.
    pub timestamp: Timestamp,
}

/// News of messages sent earlier. Ids that are not known are skipped.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// Whose.
    pub account: AccountId,
    /// WhatsApp's ids.
    pub provider_ids: Vec<String>,
    /// What they have reached: `Delivered`, `Read` or `Played`.
    pub status: DeliveryStatus,
    /// When.
    pub at: Timestamp,
}

/// What became known of a person.
#[derive(Debug, Clone)]
pub struct ContactSeen {
    /// To whose contacts they belong.
    pub account: AccountId,
    /// Every address known of them; they are joined.
    pub addresses: Vec<Address>,
    /// The name they gave themselves.
    pub push_name: Option<String>,
    /// The name in the owner's address book, which wins.
    pub book_name: Option<String>,
}

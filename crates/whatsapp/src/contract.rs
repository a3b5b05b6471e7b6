//! What the engine and a provider promise each other.

use async_trait::async_trait;
use domain::{AccountId, Address, ConnectionState, DeliveryStatus, MessageKind, Timestamp};

/// Something that a provider can do, offered to clients as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// Tells that somebody is typing, both ways.
    Typing,
    /// Tells that messages were read, both ways.
    ReadReceipts,
    /// Can be linked with a QR code.
    Qr,
    /// Can be logged out from here.
    Logout,
}

impl Capability {
    /// The name, as told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Typing => "typing",
            Self::ReadReceipts => "readReceipts",
            Self::Qr => "qr",
            Self::Logout => "logout",
        }
    }
}

/// How an account is to be brought up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// With the session it has; without one it ends at once as `disconnected`.
    Resume,
    /// With the session it has, else by QR code.
    Qr,
}

/// A QR code to be scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// What the code says.
    pub code: String,
    /// When the next one takes its place.
    pub expires_at: Timestamp,
}

/// Where an account's link stands. Every change is told with a whole one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The state.
    pub state: ConnectionState,
    /// The code to scan, in state `qr`.
    pub qr: Option<Qr>,
    /// The owner's own addresses, once linked.
    pub addresses: Vec<Address>,
    /// WhatsApp's name for the owner.
    pub name: Option<String>,
    /// When the next attempt is made, in state `reconnecting`, or in `connecting` after a first one that failed.
    pub retry_at: Option<Timestamp>,
    /// Why it is so, as a stable word: `qr_expired`, `logged_out_by_phone`, `replaced`, …
    pub reason: Option<&'static str>,
    /// One sentence a clerk can act on.
    pub message: String,
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbound {
    /// The id under which it goes, the same at every attempt.
    pub provider_id: String,
    /// Every address known of the other side; the provider picks its canonical one.
    pub to: Vec<Address>,
    /// The text.
    pub text: String,
}

/// WhatsApp's server took a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The id that WhatsApp gave it, where it gives ids out.
    pub provider_id: Option<String>,
    /// WhatsApp's time.
    pub at: Timestamp,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It may or may not have arrived, or there is no connection: send it again under the same id once the account is up.
    #[error("not sent now: {0}")]
    Again(String),
    /// WhatsApp refused it, for good.
    #[error("refused by WhatsApp with {provider_code}")]
    Rejected {
        /// WhatsApp's own code.
        provider_code: String,
        /// One sentence for the clerk.
        message: String,
    },
    /// Nobody is known under this address.
    #[error("the recipient is not on WhatsApp")]
    NotOnWhatsApp,
}

/// Whether somebody is writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// Types.
    Composing,
    /// Records a voice note.
    Recording,
    /// Stopped.
    Paused,
}

/// A message that was received, or that the owner wrote on another device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// WhatsApp's id.
    pub provider_id: String,
    /// Every address known of the other side of the chat, the one it came under first.
    pub chat: Vec<Address>,
    /// Every address known of who wrote it.
    pub sender: Vec<Address>,
    /// Written by the owner.
    pub from_me: bool,
    /// The name the sender gave themselves.
    pub push_name: Option<String>,
    /// What it is.
    pub kind: MessageKind,
    /// Its text.
    pub content: String,
    /// As WhatsApp delivered it, for a kind that can't be shown yet.
    pub raw: Option<Vec<u8>>,
    /// WhatsApp's time.
    pub timestamp: Timestamp,
}

/// News of messages sent earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptReceived {
    /// WhatsApp's ids.
    pub provider_ids: Vec<String>,
    /// What they have reached.
    pub status: DeliveryStatus,
    /// When.
    pub at: Timestamp,
}

/// What became known of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSeen {
    /// Every address known of them.
    pub addresses: Vec<Address>,
    /// The name they gave themselves.
    pub push_name: Option<String>,
    /// The name in the owner's address book.
    pub book_name: Option<String>,
}

/// The engine takes no more events: the server is stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server is stopping")]
pub struct EventsClosed;

/// What a provider tells. The engine implements it.
#[async_trait]
pub trait ProviderEvents: Send + Sync {
    /// Messages came in. Returns once they are stored; only then may WhatsApp be told "received". Waits while the store
    /// is away, and fails only when the server is stopping: then WhatsApp must not be told.
    async fn received(&self, account: AccountId, batch: Vec<Received>) -> Result<(), EventsClosed>;

    /// Receipts came in. Returns once they are stored.
    async fn receipt(&self, account: AccountId, receipt: ReceiptReceived) -> Result<(), EventsClosed>;

    /// Something became known of a person.
    async fn person(&self, account: AccountId, person: PersonSeen) -> Result<(), EventsClosed>;

    /// Somebody types, or stopped.
    fn typing(&self, account: AccountId, who: Vec<Address>, typing: Typing);

    /// The link's state changed.
    fn link(&self, account: AccountId, link: Link);
}

/// One account's live connection. Made by [`crate::Providers::start`]; it reconnects by itself until it is stopped.
#[async_trait]
pub trait Provider: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> &'static [Capability];

    /// Sends. Returns once WhatsApp's server took it by its own word, never before; sending again under the same id is
    /// the same message to the receiver.
    async fn send(&self, message: Outbound) -> Result<Accepted, SendError>;

    /// Tells the other side that the clerk types. Best effort.
    async fn typing(&self, to: Vec<Address>, typing: Typing);

    /// Closes the connection and keeps the link. The last that is told is a [`Link`] with reason `stopped`, unless the
    /// link had ended for a reason that only a user can mend: that one stays. Returns when nothing more will be told.
    async fn stop(&self);

    /// Ends the link, at WhatsApp's as well if it can be reached, and clears the session. The last that is told is a
    /// [`Link`] in state `logged_out`. Returns when nothing more will be told.
    async fn log_out(&self);
}

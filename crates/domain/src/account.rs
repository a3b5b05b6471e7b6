//! WhatsApp accounts.

use crate::{AccountId, Timestamp, UserId};
use std::{fmt, str::FromStr};

/// What brings an account's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// A linked device, as WhatsApp Web is one.
    Web,
    /// Meta's Cloud API.
    Cloud,
    /// Invented customers that answer.
    Demo,
}

impl ProviderKind {
    /// The provider's name, as stored and as told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Cloud => "cloud",
            Self::Demo => "demo",
        }
    }

    /// The provider of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Web, Self::Cloud, Self::Demo].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Where the link between an account and WhatsApp stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionState {
    /// Switched off, or never started.
    Disconnected,
    /// On its way up for the first time since it was asked to.
    Connecting,
    /// Shows a QR code and waits for a phone to scan it.
    Qr,
    /// Shows a pairing code and waits for it to be typed on the phone.
    PairingCode,
    /// WhatsApp asks for a passkey.
    Passkey,
    /// Up: messages flow.
    Open,
    /// Was up and comes back by itself.
    Reconnecting,
    /// Up, but WhatsApp holds it back.
    Restricted,
    /// WhatsApp no longer takes this client's version.
    ClientOutdated,
    /// The phone or a user ended the link; it has to be linked anew.
    LoggedOut,
}

impl ConnectionState {
    /// The state's name, as told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Qr => "qr",
            Self::PairingCode => "pairing_code",
            Self::Passkey => "passkey",
            Self::Open => "open",
            Self::Reconnecting => "reconnecting",
            Self::Restricted => "restricted",
            Self::ClientOutdated => "client_outdated",
            Self::LoggedOut => "logged_out",
        }
    }

    /// Whether messages flow.
    #[must_use]
    pub const fn is_connected(self) -> bool {
        matches!(self, Self::Open | Self::Restricted)
    }
}

/// What an owner can set about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSettings {
    /// Appear online. Off, so that the owner's phone keeps ringing.
    pub mark_online: bool,
    /// Tell customers that their messages were read.
    pub send_read_receipts: bool,
    /// Take messages of groups.
    pub groups: bool,
    /// Take status posts.
    pub status_posts: bool,
    /// Take posts of channels.
    pub channels: bool,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self { mark_online: false, send_read_receipts: true, groups: true, status_posts: false, channels: false }
    }
}

/// A WhatsApp account, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Ours.
    pub id: AccountId,
    /// Who made it.
    pub owner: UserId,
    /// What brings its messages.
    pub provider: ProviderKind,
    /// The name people see: given by a user, else WhatsApp's.
    pub name: Option<String>,
    /// E.164 with `+`, once linked.
    pub phone: Option<String>,
    /// A device is linked and was not logged out. Sends are taken for linked accounts only.
    pub linked: bool,
    /// Somebody wants it up: it is started with the server and reconnects.
    pub wanted: bool,
    /// What the owner set.
    pub settings: AccountSettings,
    /// Where its sequence stands.
    pub position: Position,
    /// When it was last up.
    pub last_connected_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A place in an account's sequence of changes: `"<epoch>.<seq>"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// Which life of the account's sequence; a restored copy begins another one.
    pub epoch: u32,
    /// How many changes there were; 0 before the first.
    pub seq: u64,
}

/// The text is not a position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a position: \"<epoch>.<seq>\" was expected")]
pub struct PositionError;

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

impl FromStr for Position {
    type Err = PositionError;
    fn from_str(text: &str) -> Result<Self, PositionError> {
        let (epoch, seq) = text.split_once('.').ok_or(PositionError)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(epoch) || !digits(seq) {
            return Err(PositionError);
        }
        Ok(Self { epoch: epoch.parse().map_err(|_| PositionError)?, seq: seq.parse().map_err(|_| PositionError)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_go_both_ways() {
        let position = Position { epoch: 7, seq: 42 };
        assert_eq!(position.to_string(), "7.42");
        assert_eq!("7.42".parse(), Ok(position));
        for bad in ["", "7", "7.", ".4", "+7.4", "7.4.1", "7.-1", "99999999999.1"] {
            assert_eq!(bad.parse::<Position>(), Err(PositionError), "{bad}");
        }
    }
}

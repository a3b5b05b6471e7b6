//! Who is meant: one canonical address a device, whatever name it is called by.

use std::fmt;

use wacore_binary::{Jid, Server};

/// A WhatsApp user. Never given twice, not even after a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub u32);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One device: 0 is the phone, the linked ones count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub device: u16,
}

impl Address {
    /// The user's phone.
    pub fn phone(user: UserId) -> Self {
        Self { user, device: 0 }
    }

    /// Whether this is a phone, which lives in here, and no linked device.
    pub fn is_phone(self) -> bool {
        self.device == 0
    }
}

/// The two names of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The phone number, `…@s.whatsapp.net`.
    Phone,
    /// The hidden id, `…@lid`.
    Lid,
}

impl Form {
    /// The form of an address; none for groups and the like.
    pub fn of(jid: &Jid) -> Option<Self> {
        match jid.server {
            Server::Pn => Some(Self::Phone),
            Server::Lid => Some(Self::Lid),
            _ => None,
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Phone => Self::Lid,
            Self::Lid => Self::Phone,
        }
    }
}

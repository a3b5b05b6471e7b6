//! Users.

use crate::{Timestamp, UserId};

/// What a user may manage. No role reads another's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Manages users and accounts.
    Admin,
    /// Has accounts of their own and those they were let into.
    User,
}

impl Role {
    /// The role's name, as stored and as told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::User => "user",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Admin, Self::User].into_iter().find(|role| role.as_str() == name)
    }
}

/// Somebody who signs in. The password's hash is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The ERP's id, or one of ours.
    pub id: UserId,
    /// In lower case; unique. None for a user who came with a token of the ERP.
    pub email: Option<String>,
    /// The name colleagues see.
    pub name: String,
    /// What the user may manage.
    pub role: Role,
    /// A disabled user can't sign in.
    pub disabled: bool,
    /// When the user was made.
    pub created_at: Timestamp,
}

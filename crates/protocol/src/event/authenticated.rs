//! `authenticated`

use crate::{Id, Positions, Rfc3339, user_room};
use domain::{AccountId, Position, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// The socket is signed in: it is in the user's room, and what is committed from here on reaches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Authenticated {
    /// Who.
    pub user_id: Id,
    /// One sentence.
    #[schema(value_type = String)]
    pub message: &'static str,
    /// The user's room.
    pub room: String,
    /// Where the accounts of the user stand.
    pub positions: Positions,
    /// When the token expires.
    pub expires_at: Rfc3339,
}

impl Authenticated {
    /// For this user, whose token expires then.
    #[must_use]
    pub fn new(user: &UserId, positions: Vec<(AccountId, Position)>, expires_at: Timestamp) -> Self {
        Self {
            user_id: user.into(),
            message: "Successfully authenticated",
            room: user_room(user),
            positions: Positions(positions),
            expires_at: expires_at.into(),
        }
    }
}

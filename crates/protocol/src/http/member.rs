//! `/api/accounts/{id}/members`: who else sees an account.

use crate::{Id, Positions, value::Access};
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody who sees an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Who.
    pub user_id: Id,
    /// The name that colleagues see.
    pub name: String,
    /// The e-mail address; null for a user who came with a token of the ERP.
    #[schema(required)]
    pub email: Option<String>,
    /// `owner` or `member`.
    pub access: Access,
}

impl Member {
    /// A user with their standing.
    #[must_use]
    pub fn new(user: &domain::User, access: domain::Access) -> Self {
        Self {
            user_id: (&user.id).into(),
            name: user.name.clone(),
            email: user.email.clone(),
            access: Some(access).into(),
        }
    }
}

/// `GET /api/accounts/{id}/members`: the owner first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberList {
    /// Owner and members.
    pub items: Vec<Member>,
    /// What to ask the next page with; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Where the accounts stand that the user may see.
    pub positions: Positions,
}

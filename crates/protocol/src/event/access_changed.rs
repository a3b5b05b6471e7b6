//! `access_changed`

use crate::{Id, value::Access};
use domain::{AccountId, Position};
use serde::Serialize;
use utoipa::ToSchema;

/// The user may see an account from here on, or sees nothing of it any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessChanged {
    /// Which account.
    pub account_id: Id,
    /// What the user is to it.
    pub access: Access,
    /// Where it stands, when access begins: `"<epoch>.<seq>"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub position: Option<String>,
}

impl AccessChanged {
    /// Access begins; the account stands there.
    #[must_use]
    pub fn granted(account: AccountId, access: domain::Access, position: Position) -> Self {
        Self { account_id: account.into(), access: Some(access).into(), position: Some(position.to_string()) }
    }

    /// Access has ended.
    #[must_use]
    pub fn ended(account: AccountId) -> Self {
        Self { account_id: account.into(), access: Access::None, position: None }
    }
}

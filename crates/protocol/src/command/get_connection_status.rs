//! `get_connection_status`: asks where an account's link stands.

use super::MAX_ID;
use crate::{BadPayload, payload};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Asks where the link of an account stands. Answered by `connection_status`.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct GetConnectionStatus {
    /// Which account; else the user's default one.
    #[schema(max_length = 128)]
    pub account_id: Option<String>,
}

impl GetConnectionStatus {
    /// Reads the event's data.
    pub fn parse(data: Option<&RawValue>) -> Result<Self, BadPayload> {
        let [account_id] = payload::object(payload::text(data), ["accountId"])?;
        Ok(Self { account_id: account_id.optional_name(MAX_ID)? })
    }
}

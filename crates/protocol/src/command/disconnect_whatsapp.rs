//! `disconnect_whatsapp`: takes an account down, or ends its link.

use super::MAX_ID;
use crate::{BadPayload, payload};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Disconnects an account. `whatsapp_status_update` tells everybody who sees it.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct DisconnectWhatsapp {
    /// Which account; else the user's default one.
    #[schema(max_length = 128)]
    pub account_id: Option<String>,
    /// End the link as well: it has to be linked anew. False if nothing is said.
    #[schema(value_type = Option<bool>)]
    pub logout: bool,
}

impl DisconnectWhatsapp {
    /// Reads the event's data.
    pub fn parse(data: Option<&RawValue>) -> Result<Self, BadPayload> {
        let [account_id, logout] = payload::object(payload::text(data), ["accountId", "logout"])?;
        Ok(Self { account_id: account_id.optional_name(MAX_ID)?, logout: logout.optional_bool()?.unwrap_or_default() })
    }
}

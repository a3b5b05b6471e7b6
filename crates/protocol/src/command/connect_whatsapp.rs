//! `connect_whatsapp`: links an account, or brings a linked one up.

use super::MAX_ID;
use crate::{
    BadPayload, payload,
    value::{LinkMethod, ProviderKind},
};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Starts linking, or connects what is linked. `whatsapp_status_update` carries the QR code and what follows.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct ConnectWhatsapp {
    /// Which account; else the user's default one, which is made if there is none.
    #[schema(max_length = 128)]
    pub account_id: Option<String>,
    /// What is to bring the messages of an account that is made now; `web` if nothing is said.
    pub provider: Option<ProviderKind>,
    /// How to link; `qr` if nothing is said.
    pub method: Option<LinkMethod>,
    /// The phone to link, for a pairing code.
    #[schema(max_length = 128)]
    pub phone: Option<String>,
}

impl ConnectWhatsapp {
    /// Reads the event's data.
    pub fn parse(data: Option<&RawValue>) -> Result<Self, BadPayload> {
        let [account_id, provider, method, phone] =
            payload::object(payload::text(data), ["accountId", "provider", "method", "phone"])?;
        Ok(Self {
            account_id: account_id.optional_name(MAX_ID)?,
            provider: provider.optional_choice(ProviderKind::ALL)?,
            method: method.optional_choice(LinkMethod::ALL)?,
            phone: phone.optional_name(MAX_ID)?,
        })
    }
}

//! `connection_status`, and `whatsapp_status_update` with the same payload.

use crate::{Id, Rfc3339, value::ConnectionState};
use domain::AccountId;
use serde::Serialize;
use utoipa::ToSchema;

/// Where the link of an account stands. Always told whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Which account; null when the user has none.
    #[schema(required)]
    pub account_id: Option<Id>,
    /// Whether messages flow.
    pub connected: bool,
    /// The state.
    pub connection_state: ConnectionState,
    /// The account's number, E.164 with `+`, once linked.
    #[schema(required)]
    pub phone: Option<String>,
    /// The account's name.
    #[schema(required)]
    pub name: Option<String>,
    /// What the QR code says, in state `qr`.
    #[schema(required)]
    pub qr_code: Option<String>,
    /// The same as a picture: a data URL.
    #[schema(required)]
    pub qr_image: Option<String>,
    /// When the next code takes its place.
    #[schema(required)]
    pub qr_expires_at: Option<Rfc3339>,
    /// The code to type on the phone, in state `pairing_code`.
    #[schema(required)]
    pub pairing_code: Option<String>,
    /// Until when it can be typed.
    #[schema(required)]
    pub pairing_code_expires_at: Option<Rfc3339>,
    /// When the next attempt is made, in state `reconnecting`.
    #[schema(required)]
    pub retry_at: Option<Rfc3339>,
    /// When it was last up.
    #[schema(required)]
    pub last_connected_at: Option<Rfc3339>,
    /// Why it is so, as a stable word.
    #[schema(required)]
    pub reason: Option<String>,
    /// One sentence that a clerk can act on.
    pub message: String,
    /// What the account's provider can do, as `typing`: a client offers only what works.
    #[schema(value_type = Vec<String>)]
    pub capabilities: Vec<&'static str>,
    /// What holds the account back.
    pub limits: Limits,
}

/// What holds an account back. Nothing is told yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Limits {}

impl Status {
    /// An account in that state, and nothing else known of it.
    #[must_use]
    pub fn new(account: AccountId, state: domain::ConnectionState, message: impl Into<String>) -> Self {
        Self { account_id: Some(account.into()), ..Self::bare(state, message.into()) }
    }

    /// For a user who has no account.
    #[must_use]
    pub fn none() -> Self {
        Self::bare(domain::ConnectionState::Disconnected, "No WhatsApp account is linked yet".into())
    }

    fn bare(state: domain::ConnectionState, message: String) -> Self {
        Self {
            account_id: None,
            connected: state.is_connected(),
            connection_state: state.into(),
            phone: None,
            name: None,
            qr_code: None,
            qr_image: None,
            qr_expires_at: None,
            pairing_code: None,
            pairing_code_expires_at: None,
            retry_at: None,
            last_connected_at: None,
            reason: None,
            message,
            capabilities: Vec::new(),
            limits: Limits::default(),
        }
    }
}

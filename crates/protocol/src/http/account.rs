//! `/api/accounts`: list and make.

use crate::{
    BadPayload, Id, Positions, Rfc3339,
    event::Status,
    payload,
    value::{Access, ProviderKind},
};
use domain::AccountSettings;
use serde::Serialize;
use utoipa::ToSchema;

const MAX_NAME: usize = 128;

/// `POST /api/accounts`: makes an account, which is not linked yet.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
#[schema(as = CreateAccountRequest)]
pub struct CreateAccount {
    /// What is to bring its messages; `web` if nothing is said.
    #[schema(value_type = Option<ProviderKind>)]
    pub provider: ProviderKind,
    /// The name people see; else WhatsApp's, once it is linked.
    #[schema(max_length = 128)]
    pub name: Option<String>,
}

impl CreateAccount {
    /// Reads the body; an empty one counts as `{}`.
    pub fn parse(body: &str) -> Result<Self, BadPayload> {
        let body = if body.trim_ascii().is_empty() { "{}" } else { body };
        let [provider, name] = payload::object(body, ["provider", "name"])?;
        Ok(Self {
            provider: provider.optional_choice(ProviderKind::ALL)?.unwrap_or(ProviderKind::Web),
            name: name.optional_text(MAX_NAME)?.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
        })
    }
}

/// A WhatsApp account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The id.
    pub id: Id,
    /// Who made it, or was given it.
    pub owner_id: Id,
    /// What the asking user is to it. An admin who is neither may manage it and sees nothing of its messages.
    pub access: Access,
    /// What brings its messages.
    pub provider: ProviderKind,
    /// The name people see.
    #[schema(required)]
    pub name: Option<String>,
    /// E.164 with `+`, once linked.
    #[schema(required)]
    pub phone: Option<String>,
    /// Whether a device is linked. Only then messages are taken for sending.
    pub linked: bool,
    /// What its owner set.
    pub settings: Settings,
    /// Where its link stands.
    pub status: Status,
    /// When it was made.
    pub created_at: Rfc3339,
}

impl Account {
    /// The account, as told to a user with that access.
    #[must_use]
    pub fn new(account: &domain::Account, access: Option<domain::Access>, status: Status) -> Self {
        Self {
            id: account.id.into(),
            owner_id: (&account.owner).into(),
            access: access.into(),
            provider: account.provider.into(),
            name: account.name.clone(),
            phone: account.phone.clone(),
            linked: account.linked,
            settings: (&account.settings).into(),
            status,
            created_at: account.created_at.into(),
        }
    }
}

/// What an owner can set about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
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

impl From<&AccountSettings> for Settings {
    fn from(settings: &AccountSettings) -> Self {
        Self {
            mark_online: settings.mark_online,
            send_read_receipts: settings.send_read_receipts,
            groups: settings.groups,
            status_posts: settings.status_posts,
            channels: settings.channels,
        }
    }
}

/// `GET /api/accounts`: newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountList {
    /// The accounts.
    pub items: Vec<Account>,
    /// What to ask the next page with; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Where the accounts stand that the user may see.
    pub positions: Positions,
}

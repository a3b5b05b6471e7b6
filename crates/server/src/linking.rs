//! Connecting an account, from a socket or over HTTP: the notice comes before the first QR code.

use crate::app::App;
use domain::{ProviderKind, UserId};
use engine::{Audience, Emission, Refused};
use protocol::{ServerEvent, command::ConnectWhatsapp, event::Status};
use serde::Serialize;

/// Where the account stands, and the notice if this is the first link of the installation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connecting {
    /// Where the account stands.
    #[serde(flatten)]
    pub status: Status,
    /// What a person has to know before the phone is linked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<&'static str>,
}

/// Brings an account up. Clients that know only the guide get the notice as the `message` of a `whatsapp_status_update`
/// that comes before the first one with a QR code.
///
/// # Errors
/// The engine's refusals.
pub async fn connect(app: &App, user: &UserId, command: &ConnectWhatsapp) -> Result<Connecting, Refused> {
    let notice = if will_show_qr(app, user, command) { app.notice.first_time() } else { None };
    if let Some(text) = notice {
        let before = app.engine().status(user, command.account_id.as_deref()).unwrap_or_else(|_| Status::none());
        let event = ServerEvent::WhatsappStatusUpdate(Box::new(Status { message: text.into(), ..before }));
        app.sockets.emit(&Emission { to: Audience::User(user.clone()), event });
    }
    let status = app.engine().connect(user, command).await?;
    Ok(Connecting { status, notice })
}

fn will_show_qr(app: &App, user: &UserId, command: &ConnectWhatsapp) -> bool {
    let (engine, directory) = (app.engine(), app.engine().directory());
    let account = match command.account_id.as_deref() {
        Some(id) => match engine.visible(user, id) {
            Ok(account) => Some(account),
            Err(_) => return false,
        },
        None => directory.default_account(user).and_then(|id| directory.account(id)),
    };
    match account {
        Some(account) => account.provider == ProviderKind::Web && !account.linked,
        None => command.provider.is_none_or(|provider| ProviderKind::from(provider) == ProviderKind::Web),
    }
}

/// How the providers are set up. Only a build with the linked device knows its settings.
#[must_use]
pub fn providers(web: &crate::config::WhatsAppWeb) -> whatsapp::Config {
    let mut config = whatsapp::Config::default();
    config.web.url.clone_from(&web.url);
    if let Some(version) = web.version {
        config.web.version = version;
    }
    config
}

//! An account's Status, as clients are told.

use crate::accounts::{SWITCHED_OFF, ended};
use crate::qr;
use domain::{Account, Address, ConnectionState, ProviderKind};
use protocol::event::Status;
use whatsapp::{Capability, Link};

/// Where an account stands: what its connection says, and what is stored when it has none.
pub(crate) fn status(account: &Account, link: Option<Link>, capabilities: Option<&'static [Capability]>) -> Status {
    let link = link.unwrap_or_else(|| at_rest(account));
    let mut status = Status::new(account.id, link.state, link.message);
    status.phone = link.addresses.iter().find_map(Address::phone).or_else(|| account.phone.clone());
    status.name = account.name.clone().or(link.name);
    status.retry_at = link.retry_at.map(Into::into);
    status.last_connected_at = account.last_connected_at.map(Into::into);
    status.reason = link.reason.map(str::to_owned);
    status.capabilities = capabilities.unwrap_or_default().iter().map(|it| it.as_str()).collect();
    if let Some(code) = link.qr {
        status.qr_image = qr::data_url(&code.code);
        status.qr_code = Some(code.code);
        status.qr_expires_at = Some(code.expires_at.into());
    }
    status
}

/// An account that does not run.
fn at_rest(account: &Account) -> Link {
    let (reason, message) = if account.linked {
        ("switched_off", SWITCHED_OFF)
    } else if account.provider == ProviderKind::Demo {
        ("not_linked", "Not started yet. Connect it to meet its customers.")
    } else {
        ("not_linked", "Not linked yet. Connect it to get a code to scan.")
    };
    ended(ConnectionState::Disconnected, reason, message)
}

//! `/api/accounts`: WhatsApp accounts.

mod connect;
mod create;
mod disconnect;
mod list;
mod show;

pub(super) use connect::connect;
pub(super) use create::create;
pub(super) use disconnect::{disconnect, logout};
pub(super) use list::list;
pub(super) use show::{show, status};

use super::{ApiError, SignedIn};
use crate::app::App;
use domain::Account;
use engine::Refused;
use protocol::{ErrorBody, ErrorCode, event::Status, http};
use std::sync::Arc;

/// The account, if the user sees it or is an admin.
fn find(app: &App, user: &SignedIn, id: &str) -> Result<Arc<Account>, ApiError> {
    let directory = app.engine().directory();
    let account = id.parse().ok().and_then(|id| directory.account(id));
    let account = account.filter(|account| user.is_admin() || directory.access(user.id(), account.id).is_some());
    account.ok_or_else(|| not_found().into())
}

fn not_found() -> Refused {
    ErrorBody::with_message(ErrorCode::NotFound, "Account not found")
}

/// The account as told to this user.
fn told(app: &App, user: &SignedIn, account: &Account) -> http::Account {
    let access = app.engine().directory().access(user.id(), account.id);
    http::Account::new(account, access, status_for(app, user, account))
}

/// Where the account stands. The code that links a phone is for those only who see its messages.
fn status_for(app: &App, user: &SignedIn, account: &Account) -> Status {
    let status = app.engine().status_of(account);
    match app.engine().directory().access(user.id(), account.id) {
        Some(_) => status,
        None => Status { qr_code: None, qr_image: None, pairing_code: None, ..status },
    }
}

//! `/api/accounts/{id}/members`: who else sees an account.

mod add;
mod list;
mod remove;

pub(super) use add::add;
pub(super) use list::list;
pub(super) use remove::remove;

//! `GET /api/accounts`

use super::told;
use crate::{
    app::App,
    http::{
        ApiError, SignedIn,
        page::{Page, bad},
    },
};
use axum::{Json, extract::State};
use domain::AccountId;
use protocol::{Positions, http::AccountList};
use std::sync::Arc;

/// The accounts that the user sees, an admin all; newest first.
pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    user: SignedIn,
    page: Page,
) -> Result<Json<AccountList>, ApiError> {
    let directory = app.engine().directory();
    let behind = page.cursor.as_deref().map(str::parse::<AccountId>).transpose();
    let behind = behind.map_err(|_| bad("cursor must come from an earlier page", "cursor"))?;
    let mut accounts = if user.is_admin() { directory.accounts() } else { directory.accounts_of(user.id()) };
    accounts.reverse();
    accounts.retain(|account| behind.is_none_or(|behind| account.id < behind));
    let more = accounts.len() > page.limit;
    accounts.truncate(page.limit);
    let next_cursor = accounts.last().filter(|_| more).map(|account| account.id.to_string());
    let items = accounts.iter().map(|account| told(&app, &user, account)).collect();
    let positions = Positions(app.positions(user.id()).await?);
    Ok(Json(AccountList { items, next_cursor, positions }))
}

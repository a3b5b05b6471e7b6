//! `GET /api/accounts/{id}` and `…/status`

use super::{find, status_for, told};
use crate::{
    app::App,
    http::{ApiError, SignedIn, path::Path},
};
use axum::{Json, extract::State};
use protocol::{event::Status, http::Account};
use std::sync::Arc;

/// The account.
pub(in crate::http) async fn show(
    State(app): State<Arc<App>>,
    user: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Account>, ApiError> {
    let account = find(&app, &user, &id)?;
    Ok(Json(told(&app, &user, &account)))
}

/// Where its link stands.
pub(in crate::http) async fn status(
    State(app): State<Arc<App>>,
    user: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Status>, ApiError> {
    let account = find(&app, &user, &id)?;
    Ok(Json(status_for(&app, &user, &account)))
}

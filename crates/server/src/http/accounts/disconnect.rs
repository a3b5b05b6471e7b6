//! `POST /api/accounts/{id}/disconnect` and `…/logout`

use crate::{
    app::App,
    http::{ApiError, SignedIn, path::Path},
};
use axum::{Json, extract::State};
use protocol::{command::DisconnectWhatsapp, event::Status};
use std::sync::Arc;

/// Takes the account down; its link stays.
pub(in crate::http) async fn disconnect(
    State(app): State<Arc<App>>,
    user: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Status>, ApiError> {
    let command = DisconnectWhatsapp { account_id: Some(id), logout: false };
    Ok(Json(app.engine().disconnect(user.id(), &command).await?))
}

/// Ends the account's link: it has to be linked anew.
pub(in crate::http) async fn logout(
    State(app): State<Arc<App>>,
    user: SignedIn,
    Path(id): Path<String>,
) -> Result<Json<Status>, ApiError> {
    let command = DisconnectWhatsapp { account_id: Some(id), logout: true };
    Ok(Json(app.engine().disconnect(user.id(), &command).await?))
}

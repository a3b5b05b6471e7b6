//! `POST /api/accounts/{id}/connect`

use crate::{
    app::App,
    http::{ApiError, SignedIn, body::JsonText, path::Path},
    linking::{self, Connecting},
};
use axum::{Json, extract::State};
use protocol::command::ConnectWhatsapp;
use std::sync::Arc;

/// Brings the account up, to be linked if it is not. The same as `connect_whatsapp`.
pub(in crate::http) async fn connect(
    State(app): State<Arc<App>>,
    user: SignedIn,
    Path(id): Path<String>,
    body: JsonText,
) -> Result<Json<Connecting>, ApiError> {
    let command = ConnectWhatsapp::parse(body.into_raw()?.as_deref())?;
    let command = ConnectWhatsapp { account_id: Some(id), ..command };
    Ok(Json(linking::connect(&app, user.id(), &command).await?))
}

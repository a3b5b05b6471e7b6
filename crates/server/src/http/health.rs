//! `/healthz` and `/readyz`: for whatever watches over the server.

use super::ApiError;
use crate::app::App;
use axum::{Json, extract::State};
use protocol::ErrorCode;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct Health {
    status: &'static str,
}

/// The process answers.
pub(super) async fn alive() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The server takes work: it is not going down.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Health>, ApiError> {
    if app.stopping() { Err(ErrorCode::ShuttingDown.into()) } else { Ok(Json(Health { status: "ok" })) }
}

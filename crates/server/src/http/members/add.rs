//! `PUT /api/accounts/{id}/members/{userId}`

use crate::{
    app::App,
    http::{ApiError, SignedIn, path::Path},
};
use axum::extract::State;
use http::StatusCode;
use std::sync::Arc;

/// Lets a user in. Fine if they are in already.
pub(in crate::http) async fn add(
    State(app): State<Arc<App>>,
    user: SignedIn,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    app.engine().add_member(user.id(), &id, &member).await?;
    Ok(StatusCode::NO_CONTENT)
}

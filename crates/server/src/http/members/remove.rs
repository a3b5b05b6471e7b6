//! `DELETE /api/accounts/{id}/members/{userId}`

use crate::{
    app::App,
    http::{ApiError, SignedIn, path::Path},
};
use axum::extract::State;
use http::StatusCode;
use std::sync::Arc;

/// Ends a member's access. When this is answered no later event of the account reaches them.
pub(in crate::http) async fn remove(
    State(app): State<Arc<App>>,
    user: SignedIn,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    app.engine().remove_member(user.id(), &id, &member).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `GET /api/auth/me`

use crate::http::SignedIn;
use axum::Json;
use protocol::http::User;

/// Who asks.
pub(in crate::http) async fn me(user: SignedIn) -> Json<User> {
    Json(User::from(&*user.0))
}

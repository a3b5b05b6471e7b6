//! `POST /api/auth/login`

use super::session;
use crate::{
    app::App,
    auth::password,
    http::{ApiError, body::JsonText},
};
use axum::{Json, extract::State};
use protocol::{
    ErrorBody, ErrorCode,
    http::{Login, Session},
};
use std::sync::Arc;

/// A token for whoever knows the password. For an unknown address it takes as long, and says the same.
pub(in crate::http) async fn login(State(app): State<Arc<App>>, body: JsonText) -> Result<Json<Session>, ApiError> {
    let Login { email, password } = Login::parse(&body.0)?;
    let (user, hash) = app.engine().login_lookup(&email).await?.unzip();
    let right = password::verify(password, hash.flatten()).await.map_err(|error| ApiError::internal(&error))?;
    let Some(user) = user.filter(|_| right) else {
        tracing::warn!("Authentication error: a log-in with a wrong address or password");
        let message = "Authentication failed: the e-mail address or the password is wrong";
        return Err(ErrorBody::with_message(ErrorCode::Unauthenticated, message).into());
    };
    if user.disabled {
        return Err(ErrorCode::UserDisabled.into());
    }
    tracing::info!(user.id = %user.id, "User {} logged in", user.id);
    session(&app, &user).map(Json)
}

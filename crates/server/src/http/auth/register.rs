//! `POST /api/auth/register`

use super::session;
use crate::{
    app::App,
    auth::{password, setup::is_at_the_machine},
    http::{ApiError, SignedIn, body::JsonText, caller::bearer},
};
use axum::{
    Json,
    extract::{ConnectInfo, State},
};
use domain::{Role, UserId};
use http::{HeaderMap, StatusCode};
use protocol::{
    ErrorBody, ErrorCode,
    http::{Register, Session},
};
use std::{net::SocketAddr, sync::Arc};
use store::AddUser;

/// Makes a user: whoever registers first is the admin; then only an admin adds users, unless everybody may.
pub(in crate::http) async fn register(
    State(app): State<Arc<App>>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: JsonText,
) -> Result<(StatusCode, Json<Session>), ApiError> {
    let register = Register::parse(&body.0)?;
    let first = !app.engine().directory().has_admin();
    if first {
        let peer = peer.map(|axum::Extension(ConnectInfo(peer))| peer);
        may_be_first(&app, peer, &headers, register.setup_token.as_deref())?;
    } else {
        may_add(&app, &headers).await?;
    }
    let hash = password::hash(register.password).await.map_err(|error| ApiError::internal(&error))?;
    let user = AddUser {
        id: UserId::generate(),
        email: Some(register.email),
        name: register.name,
        role: Role::User,
        password_hash: Some(hash),
        first_admin: first,
    };
    let user = app.engine().add_user(user).await?;
    tracing::info!(user.id = %user.id, role = user.role.as_str(), "User {} was registered", user.id);
    Ok((StatusCode::CREATED, Json(session(&app, &user)?)))
}

fn may_be_first(
    app: &App,
    peer: Option<SocketAddr>,
    headers: &HeaderMap,
    setup_token: Option<&str>,
) -> Result<(), ApiError> {
    if is_at_the_machine(peer, headers) || setup_token.is_some_and(|token| app.setup.matches(token)) {
        return Ok(());
    }
    let message = "The admin registers with the set-up link that the server printed when it started";
    Err(ErrorBody::with_message(ErrorCode::Forbidden, message).on("setupToken").into())
}

async fn may_add(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    if app.config.open_registration && bearer(headers).is_none() {
        return Ok(());
    }
    let caller = SignedIn::read(app, headers).await?;
    if caller.is_admin() || app.config.open_registration {
        return Ok(());
    }
    Err(ErrorBody::with_message(ErrorCode::Forbidden, "Only an admin adds users").into())
}

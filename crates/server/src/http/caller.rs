//! Who asks: the bearer token.

use super::ApiError;
use crate::{app::App, auth};
use axum::extract::FromRequestParts;
use domain::{Role, User, UserId};
use http::{HeaderMap, header, request::Parts};
use protocol::ErrorCode;
use std::sync::Arc;

/// A user with a good token.
pub struct SignedIn(pub Arc<User>);

impl SignedIn {
    /// The user's id.
    #[must_use]
    pub fn id(&self) -> &UserId {
        &self.0.id
    }

    /// Whether the user manages users and accounts.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.0.role == Role::Admin
    }

    /// Checks the bearer token of these headers.
    pub(super) async fn read(app: &App, headers: &HeaderMap) -> Result<Self, ApiError> {
        let token = bearer(headers).ok_or(ErrorCode::TokenMissing)?;
        let user = auth::admit(app, auth::claim(app, token, None)?).await?.user;
        let user = app.engine().directory().user(&user).ok_or(ErrorCode::UserUnknown)?;
        Ok(Self(user))
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Self::read(app, &parts.headers).await
    }
}

/// The token of `Authorization: Bearer …`; the scheme is the same in any case (RFC 9110, section 11.1).
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

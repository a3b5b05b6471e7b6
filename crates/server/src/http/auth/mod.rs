//! `/api/auth`: register, log in, who am I.

mod login;
mod me;
mod register;

pub(super) use login::login;
pub(super) use me::me;
pub(super) use register::register;

use super::ApiError;
use crate::{app::App, auth::TOKEN_TTL};
use domain::User;
use protocol::http::Session;

/// A token for the user.
fn session(app: &App, user: &User) -> Result<Session, ApiError> {
    let (token, expires_at) =
        app.jwt.mint(&user.id, app.now(), TOKEN_TTL).map_err(|error| ApiError::internal(&error.into()))?;
    Ok(Session::new(user, token, expires_at))
}

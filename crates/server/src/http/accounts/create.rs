//! `POST /api/accounts`

use super::told;
use crate::{
    app::App,
    http::{ApiError, SignedIn, body::JsonText},
};
use axum::{Json, extract::State};
use http::StatusCode;
use protocol::http::{Account, CreateAccount};
use std::sync::Arc;

/// Makes an account of the user's. It is not linked yet.
pub(in crate::http) async fn create(
    State(app): State<Arc<App>>,
    user: SignedIn,
    body: JsonText,
) -> Result<(StatusCode, Json<Account>), ApiError> {
    let CreateAccount { provider, name } = CreateAccount::parse(&body.0)?;
    let account = app.engine().add_account(user.id(), provider.into(), name).await?;
    Ok((StatusCode::CREATED, Json(told(&app, &user, &account))))
}

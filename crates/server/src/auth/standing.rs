//! From a token to a user who may come in. The same checks hold for every way in.

use super::Verified;
use crate::app::App;
use domain::{Role, UserId};
use protocol::{ErrorBody, ErrorCode};
use store::AddUser;

/// What a good token comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// A user who may come in.
    Known(Verified),
    /// A user who is to be made first.
    Unknown(Verified),
}

/// Checks a token, and whose it is if the client said so. Does not wait for anything.
///
/// # Errors
/// A code about authentication.
pub fn claim(app: &App, token: &str, named: Option<&UserId>) -> Result<Claim, ErrorCode> {
    let verified = app.jwt.verify(token, app.now())?;
    if named.is_some_and(|named| *named != verified.user) {
        return Err(ErrorCode::UserMismatch);
    }
    match app.engine().directory().user(&verified.user) {
        Some(user) if user.disabled => Err(ErrorCode::UserDisabled),
        Some(_) => Ok(Claim::Known(verified)),
        None if app.config.tokens.provision_users => Ok(Claim::Unknown(verified)),
        None => Err(ErrorCode::UserUnknown),
    }
}

/// Makes the user whom the ERP vouches for, if that is to be done.
///
/// # Errors
/// The store can't write.
pub async fn admit(app: &App, claim: Claim) -> Result<Verified, ErrorBody> {
    let verified = match claim {
        Claim::Known(verified) => return Ok(verified),
        Claim::Unknown(verified) => verified,
    };
    let user = AddUser {
        id: verified.user.clone(),
        email: None,
        name: verified.name.clone().unwrap_or_else(|| verified.user.to_string()),
        role: Role::User,
        password_hash: None,
        first_admin: false,
    };
    match app.engine().add_user(user).await {
        // Somebody else may have been faster.
        Err(error) if app.engine().directory().user(&verified.user).is_none() => Err(error),
        _ => Ok(verified),
    }
}

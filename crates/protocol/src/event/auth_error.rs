//! `auth_error`

use crate::{ErrorBody, ErrorCode};
use serde::Serialize;
use utoipa::ToSchema;

/// Signing in failed, or its time is over. The socket stays open for a while: the client may try again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthError {
    /// One sentence for people.
    pub message: String,
    /// The code.
    pub code: ErrorCode,
}

impl From<&ErrorBody> for AuthError {
    fn from(error: &ErrorBody) -> Self {
        Self { message: error.message().to_owned(), code: error.code }
    }
}

impl From<ErrorCode> for AuthError {
    fn from(code: ErrorCode) -> Self {
        Self::from(&ErrorBody::new(code))
    }
}

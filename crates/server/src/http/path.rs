//! What a path names.

use super::ApiError;
use axum::extract::FromRequestParts;
use http::request::Parts;
use protocol::ErrorCode;
use serde::de::DeserializeOwned;

/// The named parts of a path. One that is no text names nothing: it is refused as `not_found`, as a problem document.
pub(super) struct Path<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let found = axum::extract::Path::from_request_parts(parts, state).await;
        found.map(|axum::extract::Path(named)| Self(named)).map_err(|_| ErrorCode::NotFound.into())
    }
}

//! Pages of a list: `limit` and `cursor`.

use super::ApiError;
use axum::{
    extract::{FromRequestParts, Query},
    response::IntoResponse,
};
use http::request::Parts;
use protocol::{ErrorBody, ErrorCode};
use serde::Deserialize;

/// Which page is asked for.
#[derive(Debug)]
pub(super) struct Page {
    /// At most so many; 1 to 200.
    pub(super) limit: usize,
    /// Goes on behind this one.
    pub(super) cursor: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    limit: Option<String>,
    cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(raw) = Query::<Raw>::from_request_parts(parts, state).await.map_err(|rejection| {
            tracing::debug!(status = rejection.into_response().status().as_u16(), "A query can't be read");
            bad("The query can't be read", "limit")
        })?;
        let limit = match raw.limit.as_deref() {
            None => 50,
            Some(text) => match text.parse() {
                Ok(limit @ 1..=200) => limit,
                _ => return Err(bad("limit must be a number from 1 to 200", "limit")),
            },
        };
        Ok(Self { limit, cursor: raw.cursor })
    }
}

/// An error about a key of the query.
pub(super) fn bad(message: &'static str, key: &'static str) -> ApiError {
    ErrorBody::with_message(ErrorCode::BadPayload, message).on(key).into()
}

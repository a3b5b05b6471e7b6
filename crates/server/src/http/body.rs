//! The body of a request, as text for the `parse` of its type.

use super::ApiError;
use axum::{
    extract::{FromRequest, Request},
    response::IntoResponse,
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use protocol::{ErrorBody, ErrorCode};
use serde_json::value::RawValue;

/// The text of a JSON body; empty if there is none.
///
/// A body that is there has to be called JSON: pages of other origins can post forms and plain text without asking, JSON
/// they can't.
pub(super) struct JsonText(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::PayloadTooLarge.into(),
                _ => bad("The body could not be read"),
            }
        })?;
        if !bytes.is_empty() && !is_json {
            return Err(bad("Content-Type must be application/json"));
        }
        String::from_utf8(bytes.into()).map(Self).map_err(|_| bad("The body is not UTF-8"))
    }
}

impl JsonText {
    /// The body for a command of the socket, whose `parse` takes JSON that is known to be well-formed. None: no body.
    pub(super) fn into_raw(self) -> Result<Option<Box<RawValue>>, ApiError> {
        if self.0.trim_ascii().is_empty() {
            return Ok(None);
        }
        serde_json::from_str(&self.0).map(Some).map_err(|_| bad("The body is not valid JSON"))
    }
}

fn bad(message: &'static str) -> ApiError {
    ErrorBody::with_message(ErrorCode::BadPayload, message).into()
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

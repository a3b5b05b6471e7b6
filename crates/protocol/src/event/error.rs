//! `error`

use crate::{ErrorBody, ErrorCode};
use serde::Serialize;
use utoipa::ToSchema;

/// A command was refused. Sent also when there was an acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorEvent {
    /// The code.
    pub code: ErrorCode,
    /// One sentence for people.
    pub message: String,
    /// Which event of the client, cut after 128 characters.
    pub event: String,
    /// The key that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub field: Option<&'static str>,
    /// Whether the same again may succeed.
    pub retryable: bool,
    /// How long to wait before, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub retry_after_ms: Option<u64>,
}

impl ErrorEvent {
    /// The client's event of that name was refused.
    #[must_use]
    pub fn new(event: &str, error: &ErrorBody) -> Self {
        Self {
            code: error.code,
            message: error.message().to_owned(),
            event: event.chars().take(128).collect(),
            field: error.field,
            retryable: error.retryable,
            retry_after_ms: error.retry_after_ms,
        }
    }
}

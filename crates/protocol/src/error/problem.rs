//! A refusal, as HTTP tells it.

use super::{ErrorBody, ErrorCode};
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// A problem document of RFC 9457, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Always `about:blank`: what kind it is, `code` says.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// The phrase of the HTTP status.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// One sentence for people.
    #[schema(value_type = String)]
    pub detail: Cow<'static, str>,
    /// The code.
    pub code: ErrorCode,
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

impl Problem {
    /// The type of its body, for the header `Content-Type`.
    pub const CONTENT_TYPE: &str = "application/problem+json";
}

impl From<ErrorBody> for Problem {
    fn from(error: ErrorBody) -> Self {
        let status = error.code.http_status();
        Self {
            kind: "about:blank",
            title: title(status),
            status,
            detail: Cow::Owned(error.message().to_owned()),
            code: error.code,
            field: error.field,
            retryable: error.retryable,
            retry_after_ms: error.retry_after_ms,
        }
    }
}

/// The phrase that RFC 9110 gives a status.
const fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_the_table_has_its_phrase() {
        for code in ErrorCode::ALL {
            let known = title(code.http_status()) != "Internal Server Error";
            assert_eq!(known, *code != ErrorCode::Internal, "{}", code.as_str());
        }
    }
}

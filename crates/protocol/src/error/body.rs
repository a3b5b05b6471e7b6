//! A refusal, as acknowledgements tell it.

use super::ErrorCode;
use crate::BadPayload;
use serde::Serialize;
use std::{borrow::Cow, time::Duration};
use utoipa::ToSchema;

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// The code.
    pub code: ErrorCode,
    /// One sentence for people. Only a refusal of authentication has "auth" in it.
    // Private, so that `with_message` can see to that.
    #[schema(value_type = String)]
    message: Cow<'static, str>,
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

impl ErrorBody {
    /// The code with its own sentence.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self {
            code,
            message: Cow::Borrowed(code.sentence()),
            field: None,
            retryable: code.retryable(),
            retry_after_ms: None,
        }
    }

    /// The code with a better sentence. One that contains "auth" and is not about authentication is replaced by the
    /// code's own: clients in the field sign out on that word.
    #[must_use]
    pub fn with_message(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: guarded(code, message.into()), ..Self::new(code) }
    }

    /// Names the key that is wrong.
    #[must_use]
    pub const fn on(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Says how long to wait, rounded up to a millisecond; then it is retryable.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.retryable = true;
        self.retry_after_ms = Some(u64::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(u64::MAX));
        self
    }

    /// One sentence for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The sentence, or the code's own if it would sign people out by mistake.
pub(crate) fn guarded(code: ErrorCode, message: Cow<'static, str>) -> Cow<'static, str> {
    let says_auth = message.as_bytes().windows(4).any(|word| word.eq_ignore_ascii_case(b"auth"));
    if says_auth && !code.is_authentication() { Cow::Borrowed(code.sentence()) } else { message }
}

impl From<ErrorCode> for ErrorBody {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl From<BadPayload> for ErrorBody {
    fn from(bad: BadPayload) -> Self {
        Self::with_message(ErrorCode::BadPayload, bad.message).on(bad.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_would_sign_people_out_is_replaced() {
        let refused = ErrorBody::with_message(ErrorCode::Rejected, "401 not-AUTHorized");
        assert_eq!(refused.message(), ErrorCode::Rejected.sentence());
        let told = ErrorBody::with_message(ErrorCode::TokenInvalid, "Authentication failed: wrong issuer");
        assert_eq!(told.message(), "Authentication failed: wrong issuer");
    }

    #[test]
    fn a_wait_is_rounded_up() {
        let limited = ErrorBody::new(ErrorCode::RateLimited).after(Duration::from_micros(1001));
        assert_eq!(limited.retry_after_ms, Some(2));
    }
}

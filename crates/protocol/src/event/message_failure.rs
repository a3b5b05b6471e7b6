//! Why a message failed, as it is told with the message.

use crate::{ErrorCode, error::guarded};
use domain::MessageError;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageFailure {
    /// The code.
    pub code: ErrorCode,
    /// One sentence for the clerk.
    #[schema(value_type = String)]
    pub message: Cow<'static, str>,
    /// WhatsApp's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub provider_code: Option<String>,
}

/// A code that is not in the table is told as `rejected`.
impl From<&MessageError> for MessageFailure {
    fn from(error: &MessageError) -> Self {
        let code = ErrorCode::parse(&error.code).unwrap_or(ErrorCode::Rejected);
        Self {
            code,
            message: guarded(code, Cow::Owned(error.message.clone())),
            provider_code: error.provider_code.clone(),
        }
    }
}

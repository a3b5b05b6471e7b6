//! What is wrong with what a client sent.

/// A key is missing or mistyped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadPayload {
    /// The key as it is on the wire, as `conversationId`; empty when the data as a whole is wrong.
    pub field: &'static str,
    /// One sentence that names the key and what was expected. It never holds what the client sent.
    pub message: String,
}

impl BadPayload {
    /// The key, and what it must be: `must(field, "be a string")`.
    pub(crate) fn must(field: &'static str, be: &str) -> Self {
        let subject = if field.is_empty() { "data" } else { field };
        Self { field, message: format!("{subject} must {be}") }
    }

    /// The key isn't there and has to be.
    pub(crate) fn missing(field: &'static str) -> Self {
        Self { field, message: format!("{field} is missing") }
    }
}

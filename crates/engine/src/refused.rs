//! From the store's refusals to what a client is told.

use crate::outlet::Refused;
use protocol::ErrorCode;
use store::Refusal;

/// What a client is told of a write that was refused. Reasons of the database stay in the log.
pub(crate) fn refused(refusal: &Refusal) -> Refused {
    match refusal {
        Refusal::NotFound(what) => not_found(what),
        Refusal::Conflict { field } => Refused::new(ErrorCode::Conflict).on(field),
        Refusal::Forbidden => Refused::new(ErrorCode::Forbidden),
        Refusal::IdempotencyConflict => Refused::new(ErrorCode::IdempotencyConflict).on("clientId"),
        Refusal::AccountNotLinked => Refused::new(ErrorCode::AccountNotLinked),
        Refusal::Unavailable(_) => Refused::new(ErrorCode::Unavailable),
        Refusal::Broken(reason) => {
            tracing::error!(reason, "The database refused a write");
            Refused::new(ErrorCode::Internal)
        }
    }
}

/// What is named does not exist, or not for who asks.
pub(crate) fn not_found(what: &str) -> Refused {
    let mut name = what.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Refused::with_message(ErrorCode::NotFound, format!("{name} not found"))
}

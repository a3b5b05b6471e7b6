//! Why a write did not go through, and whom that concerns.

use crate::Refusal;
use rusqlite::{Error, ErrorCode};

/// What stops a write.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It alone is refused.
    Refused(Refusal),
    /// The database can't be written now; the whole batch falls.
    Away(Error),
    /// It can go on only with savepoints around its parts; asked for once, by running the batch again with them.
    NeedsSavepoints,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        if is_about_the_write(&error) { Self::Refused(Refusal::Broken(error.to_string())) } else { Self::Away(error) }
    }
}

/// Whether the error is about what was asked, and not about the disk, memory or another process.
fn is_about_the_write(error: &Error) -> bool {
    match error.sqlite_error_code() {
        None => true,
        Some(code) => matches!(
            code,
            ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch
                | ErrorCode::TooBig
                | ErrorCode::ParameterOutOfRange
                | ErrorCode::Unknown
        ),
    }
}

//! Refusals: the table of codes, and the two forms in which they are told.

mod body;
mod code;
mod problem;

pub use body::ErrorBody;
pub(crate) use body::guarded;
pub use code::ErrorCode;
pub use problem::Problem;

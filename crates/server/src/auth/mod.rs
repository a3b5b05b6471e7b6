//! Who somebody is: tokens, passwords, the secret behind both, and the first registration.

pub mod jwt;
pub mod password;
pub mod secret;
pub mod setup;
mod standing;

pub use jwt::{Jwt, Verified};
pub use standing::{Claim, admit, claim};

use std::time::Duration;

/// How long a token is good that a log-in gives.
pub const TOKEN_TTL: Duration = Duration::from_secs(12 * 3600);

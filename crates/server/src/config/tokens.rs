//! JWT_*: which tokens are taken.

use super::{ConfigError, source::Sources, value};
use std::fmt;

/// The shortest HS256 key taken, in bytes: as long as the hash (RFC 7518, section 3.2).
pub const MIN_SECRET: usize = 32;

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Which tokens are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The HS256 key. None: the one kept in DATA_DIR.
    pub secret: Option<Secret>,
    /// Another issuer's public key, PEM.
    pub public_key: Option<String>,
    /// The `iss` that a token must have.
    pub issuer: Option<String>,
    /// The `aud` that a token must have.
    pub audience: Option<String>,
    /// The claim that names the user.
    pub user_claim: String,
    /// Whether a valid token of an unknown user makes that user.
    pub provision_users: bool,
}

impl Tokens {
    pub(super) fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let text = |name| sources.get(name).map(|given| given.text.to_owned());
        Ok(Self {
            secret: secret(sources)?,
            public_key: public_key(sources)?,
            issuer: text("JWT_ISSUER"),
            audience: text("JWT_AUDIENCE"),
            user_claim: sources.get_or_default("JWT_USER_CLAIM").text.to_owned(),
            provision_users: truth(sources, "JWT_PROVISION_USERS")?,
        })
    }
}

pub(super) fn truth(sources: &Sources, name: &str) -> Result<bool, ConfigError> {
    sources.get_or_default(name).parse(value::truth, "true or false")
}

fn secret(sources: &Sources) -> Result<Option<Secret>, ConfigError> {
    let Some(given) = sources.get("JWT_SECRET") else { return Ok(None) };
    let long_enough = |text: &str| (text.len() >= MIN_SECRET).then(|| Secret(text.to_owned()));
    given.parse(long_enough, "long enough: at least 32 bytes were expected").map(Some)
}

fn public_key(sources: &Sources) -> Result<Option<String>, ConfigError> {
    let Some(given) = sources.get("JWT_PUBLIC_KEY") else { return Ok(None) };
    let pem = if given.text.starts_with("-----BEGIN") {
        given.text.replace("\\n", "\n")
    } else {
        std::fs::read_to_string(given.text)
            .map_err(|error| given.bad(format!("the PEM file can't be read: {error}")))?
    };
    crate::auth::jwt::public_key(&pem).map_err(|problem| given.bad(problem))?;
    Ok(Some(pem))
}

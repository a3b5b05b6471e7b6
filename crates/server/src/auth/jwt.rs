//! Tokens: JWTs of our own (HS256) and, if its key is configured, of the ERP's identity provider.

use crate::config::Tokens;
use domain::{Timestamp, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use protocol::ErrorCode;
use serde_json::{Map, Value};
use std::time::Duration;

/// How far ahead of ours the clock of an issuer may be.
const AHEAD: Duration = Duration::from_secs(60);
/// The longest token looked at, in bytes.
const MAX_LEN: usize = 16 * 1024;
/// 9999-12-31T23:59:59Z, the last second that RFC 3339 can write.
const LAST_SECOND: i64 = 253_402_300_799;

/// Makes tokens and checks them. Which algorithm a token may have is decided by the key, never by the token.
pub struct Jwt {
    mint: EncodingKey,
    keys: Vec<(Algorithm, DecodingKey)>,
    issuer: Option<String>,
    audience: Option<String>,
    user_claim: String,
}

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whose it is.
    pub user: UserId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The user's name, if it says one.
    pub name: Option<String>,
}

impl Jwt {
    /// Takes the keys from the settings; `secret` is the HS256 key.
    ///
    /// # Errors
    /// The public key can't be used; the text says why.
    pub fn new(tokens: &Tokens, secret: &[u8]) -> Result<Self, String> {
        let mut keys = vec![(Algorithm::HS256, DecodingKey::from_secret(secret))];
        if let Some(pem) = &tokens.public_key {
            keys.push(public_key(pem)?);
        }
        Ok(Self {
            mint: EncodingKey::from_secret(secret),
            keys,
            issuer: tokens.issuer.clone(),
            audience: tokens.audience.clone(),
            user_claim: tokens.user_claim.clone(),
        })
    }

    /// Makes a token of `user` that is good for `ttl` (rounded up to whole seconds), and says when it ends.
    ///
    /// # Errors
    /// The signature can't be made; never seen with HS256.
    pub fn mint(
        &self,
        user: &UserId,
        now: Timestamp,
        ttl: Duration,
    ) -> Result<(String, Timestamp), jsonwebtoken::errors::Error> {
        let seconds = i64::try_from(ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0)).unwrap_or(LAST_SECOND);
        let expires = now.secs().saturating_add(seconds).min(LAST_SECOND);
        let mut claims = Map::new();
        claims.insert(self.user_claim.clone(), user.as_str().into());
        claims.insert("iat".into(), now.secs().into());
        claims.insert("exp".into(), expires.into());
        for (name, value) in [("iss", &self.issuer), ("aud", &self.audience)] {
            if let Some(value) = value {
                claims.insert(name.into(), value.as_str().into());
            }
        }
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.mint)?;
        Ok((token, Timestamp::from_secs(expires)))
    }

    /// Checks a token. `exp` is needed and exact; `iat` and `nbf` may be a minute ahead.
    ///
    /// # Errors
    /// [`ErrorCode::TokenMissing`], [`ErrorCode::TokenInvalid`] or [`ErrorCode::TokenExpired`].
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, ErrorCode> {
        if token.is_empty() {
            return Err(ErrorCode::TokenMissing);
        }
        let claims = self.signed_claims(token).ok_or(ErrorCode::TokenInvalid)?;
        let user = claims.get(&self.user_claim).and_then(user_id).ok_or(ErrorCode::TokenInvalid)?;
        let expires_at = claims.get("exp").and_then(numeric_date).ok_or(ErrorCode::TokenInvalid)?;
        if !self.is_for_us(&claims) || !has_begun(&claims, now) {
            return Err(ErrorCode::TokenInvalid);
        }
        if now >= expires_at {
            return Err(ErrorCode::TokenExpired);
        }
        let name = claims.get("name").and_then(Value::as_str).map(str::to_owned);
        Ok(Verified { user, expires_at, name })
    }

    fn signed_claims(&self, token: &str) -> Option<Map<String, Value>> {
        let header = (token.len() <= MAX_LEN).then(|| jsonwebtoken::decode_header(token).ok()).flatten()?;
        // RFC 7515, section 4.1.11: a critical extension that is not understood. None is.
        if header.crit.is_some() {
            return None;
        }
        let (algorithm, key) = self.keys.iter().find(|(algorithm, _)| *algorithm == header.alg)?;
        let mut validation = Validation::new(*algorithm);
        // What the claims say about time and audience is checked here, with a clock of ours.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        jsonwebtoken::decode(token, key, &validation).ok().map(|data| data.claims)
    }

    fn is_for_us(&self, claims: &Map<String, Value>) -> bool {
        let issuer =
            self.issuer.as_deref().is_none_or(|issuer| claims.get("iss").and_then(Value::as_str) == Some(issuer));
        let audience = self.audience.as_deref().is_none_or(|audience| match claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(audience)),
            _ => false,
        });
        issuer && audience
    }
}

fn has_begun(claims: &Map<String, Value>, now: Timestamp) -> bool {
    ["iat", "nbf"].into_iter().all(|name| match claims.get(name) {
        None => true,
        Some(value) => numeric_date(value).is_some_and(|date| date <= now.plus(AHEAD)),
    })
}

/// A user's id may be a number or a text.
fn user_id(value: &Value) -> Option<UserId> {
    match value {
        Value::String(text) => UserId::new(text).ok(),
        Value::Number(number) if !number.is_f64() => UserId::new(&number.to_string()).ok(),
        _ => None,
    }
}

/// Seconds since 1970, maybe with a fraction (RFC 7519, section 2).
fn numeric_date(value: &Value) -> Option<Timestamp> {
    let number = value.as_number()?;
    match number.as_i64() {
        Some(seconds) => Some(Timestamp::from_secs(seconds.min(LAST_SECOND))),
        // `as` saturates.
        None => number.as_f64().map(|seconds| Timestamp((seconds.min(LAST_SECOND as f64) * 1000.0) as i64)),
    }
}

/// Reads a public key and says which algorithm its tokens have: RS256, ES256, ES384 or EdDSA.
///
/// # Errors
/// It is no public key of these kinds.
pub fn public_key(pem: &str) -> Result<(Algorithm, DecodingKey), String> {
    if pem.contains("PRIVATE KEY") {
        return Err("this is a private key; its public half was expected".into());
    }
    let bytes = pem.as_bytes();
    if let Ok(key) = DecodingKey::from_rsa_pem(bytes) {
        return Ok((Algorithm::RS256, key));
    }
    if let Ok(key) = DecodingKey::from_ec_pem(bytes) {
        // An uncompressed point: one byte and two coordinates.
        let algorithm = match key.try_get_as_bytes().map(<[u8]>::len) {
            Ok(65) => Algorithm::ES256,
            Ok(97) => Algorithm::ES384,
            _ => return Err("only the curves P-256 and P-384 are taken".into()),
        };
        return Ok((algorithm, key));
    }
    let unknown = |_| "the value is not a public key in PEM (RSA, P-256, P-384 or Ed25519)".to_owned();
    DecodingKey::from_ed_pem(bytes).map(|key| (Algorithm::EdDSA, key)).map_err(unknown)
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;

//! Passwords: argon2id, off the async threads.

use anyhow::{Context, Result, anyhow};
use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{SaltString, rand_core::OsRng},
};
use std::sync::OnceLock;
use tokio::sync::Semaphore;

/// The shortest password taken, in characters (NIST SP 800-63B, section 3.1.1.2).
pub const MIN_CHARS: usize = 8;
/// The longest one taken, in bytes: hashing megabytes is no service.
pub const MAX_BYTES: usize = 1024;

/// Each hash takes 19 MiB and a core for its time; more at once only make each other wait.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// What is wrong with a password, if something is.
#[must_use]
pub fn complaint(password: &str) -> Option<&'static str> {
    if password.chars().count() < MIN_CHARS {
        Some("the password is too short: at least 8 characters were expected")
    } else if password.len() > MAX_BYTES {
        Some("the password is too long: at most 1024 bytes were expected")
    } else {
        None
    }
}

/// The PHC string to be stored.
///
/// # Errors
/// Hashing failed; never seen.
pub async fn hash(password: String) -> Result<String> {
    off_thread(move || hash_now(&password)).await?
}

/// Whether it is the password of this hash. Without a hash it takes as long and is not.
///
/// # Errors
/// The hash is none; a bug.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    off_thread(move || match hash {
        Some(hash) => verify_now(&password, &hash),
        None => verify_now(&password, nobodys_hash()?).map(|_| false),
    })
    .await?
}

async fn off_thread<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R> {
    let _turn = AT_ONCE.acquire().await?;
    tokio::task::spawn_blocking(work).await.context("Hashing a password was cut short")
}

fn hash_now(password: &str) -> Result<String> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| anyhow!("A password can't be hashed: {error}"))
}

fn verify_now(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| anyhow!("A stored password hash can't be read: {error}"))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A hash for users who have none, so that they can't be told from others by the time a log-in takes.
fn nobodys_hash() -> Result<&'static str> {
    static HASH: OnceLock<String> = OnceLock::new();
    if HASH.get().is_none() {
        let _ = HASH.set(hash_now("a password that nobody has")?);
    }
    HASH.get().map(String::as_str).context("set above")
}

/// Makes what the first log-in of an unknown user would have to wait for.
pub async fn warm_up() {
    if let Ok(Err(error)) = off_thread(|| nobodys_hash().map(|_| ())).await {
        tracing::warn!(%error, "The hash for unknown users can't be made yet");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() {
        let stored = hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$") && !stored.contains("horse"));
        assert_ne!(stored, hash("correct horse".into()).await.unwrap());
        assert!(verify("correct horse".into(), Some(stored.clone())).await.unwrap());
        assert!(!verify("wrong horse".into(), Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn without_a_hash_no_password_is_right() {
        assert!(!verify("a password that nobody has".into(), None).await.unwrap());
        assert!(verify("x".into(), Some("nonsense".into())).await.is_err());
    }

    #[test]
    fn length_is_all_that_is_asked() {
        assert!(complaint("1234567").is_some() && complaint(&"x".repeat(1025)).is_some());
        assert_eq!(complaint("pässwörd"), None);
    }
}

//! Reading what a request says: its JSON body, and the phone in its path.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::world::{Shared, UserId, World};

/// A JSON body; an unreadable one is a problem that says where.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|error| Problem::bad(error.to_string()))?;
        let value =
            serde_json::from_slice(&bytes).map_err(|error| Problem::bad(format!("the body is wrong: {error}")))?;
        Ok(Self(value))
    }
}

/// The phone that the path names.
pub(super) struct OfPhone(pub(super) UserId);

impl FromRequestParts<Shared> for OfPhone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, world: &Shared) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, world).await;
        let Path(number) = path.map_err(|error| Problem::bad(error.to_string()))?;
        find_phone(&world.lock(), &number, "the path").map(Self)
    }
}

/// The phone with that number; `place` says where the number stood.
pub(super) fn find_phone(world: &World, number: &str, place: &str) -> Result<UserId, Problem> {
    let digits = digits(number, place)?;
    world
        .by_number(&digits)
        .ok_or_else(|| Problem::not_found(format!("{place} names +{digits}, which is no phone here")))
}

/// A number's digits: 7 to 15 of them, with or without a plus and what people put between.
pub(super) fn digits(number: &str, place: &str) -> Result<String, Problem> {
    let digits: String = number.chars().filter(|c| !matches!(c, '+' | ' ' | '-' | '(' | ')')).collect();
    if (7..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(Problem::bad(format!("{place} has \"{number}\", which is no phone number of 7 to 15 digits")))
}

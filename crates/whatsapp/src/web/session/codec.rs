//! How keys and values are written.

use super::broken;
use domain::SessionSpace;
use serde::{Serialize, de::DeserializeOwned};
use wacore::store::error::Result;

/// A value of the session state can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the session state in \"{space}\" is damaged: {why}")]
pub(super) struct Broken {
    pub(super) space: SessionSpace,
    pub(super) why: Box<dyn std::error::Error + Send + Sync>,
}

/// A key of several parts: each with its length before it, so that no two keys are alike and the first parts are a
/// prefix to scan for.
pub(super) fn key<const N: usize>(parts: [&str; N]) -> Vec<u8> {
    let mut key = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        let len = u32::try_from(part.len()).unwrap_or(u32::MAX);
        key.extend_from_slice(&len.to_be_bytes());
        key.extend_from_slice(part.as_bytes());
    }
    key
}

/// Takes a part off the front of what [`key`] made.
pub(super) fn take_part<'a>(space: SessionSpace, key: &mut &'a [u8]) -> Result<&'a str> {
    let (len, rest) = key.split_at_checked(4).ok_or_else(|| broken(space, "a key is too short"))?;
    let len = u32::from_be_bytes(len.try_into().expect("split at four"));
    let len = usize::try_from(len).map_err(|error| broken(space, error))?;
    let (part, rest) = rest.split_at_checked(len).ok_or_else(|| broken(space, "a key is too short"))?;
    *key = rest;
    std::str::from_utf8(part).map_err(|error| broken(space, error))
}

pub(super) fn to_json<T: Serialize>(space: SessionSpace, value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| broken(space, error))
}

pub(super) fn from_json<T: DeserializeOwned>(space: SessionSpace, value: &[u8]) -> Result<T> {
    serde_json::from_slice(value).map_err(|error| broken(space, error))
}

/// A value behind the second in which it was written.
pub(super) fn stamp(secs: i64, value: &[u8]) -> Vec<u8> {
    let mut stamped = Vec::with_capacity(8 + value.len());
    stamped.extend_from_slice(&secs.to_be_bytes());
    stamped.extend_from_slice(value);
    stamped
}

/// Undoes [`stamp`].
pub(super) fn unstamp(space: SessionSpace, stamped: &[u8]) -> Result<(i64, &[u8])> {
    let (secs, value) = stamped.split_at_checked(8).ok_or_else(|| broken(space, "a value is too short"))?;
    Ok((i64::from_be_bytes(secs.try_into().expect("split at eight")), value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_come_apart_as_they_were_put_together(a in "\\PC{0,20}", b in "\\PC{0,20}") {
            let whole = key([&a, &b]);
            let mut rest = whole.as_slice();
            prop_assert_eq!(take_part("x", &mut rest).unwrap(), a.as_str());
            prop_assert_eq!(take_part("x", &mut rest).unwrap(), b.as_str());
            prop_assert!(rest.is_empty());
            prop_assert!(whole.starts_with(&key([&a])));
        }

        #[test]
        fn rubbish_is_an_error_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..30)) {
            let mut rest = bytes.as_slice();
            let _ = take_part("x", &mut rest);
            prop_assert_eq!(unstamp("x", &bytes).is_err(), bytes.len() < 8);
        }
    }
}

//! Ids on the wire.

use domain::{AccountId, ContactId, ConversationId, MessageId, UserId};
use serde::{Serialize, Serializer};
use std::fmt;
use utoipa::ToSchema;

/// An id: an opaque string.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(value_type = String)]
pub struct Id(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    /// A UUID of ours.
    Ours([u8; 16]),
    /// The ERP's own.
    User(UserId),
}

macro_rules! from_ours {
    ($($id:ident),+) => {
        $(impl From<$id> for Id {
            fn from(id: $id) -> Self {
                Self(Kind::Ours(*id.as_bytes()))
            }
        })+
    };
}
from_ours!(AccountId, ContactId, ConversationId, MessageId);

impl From<&UserId> for Id {
    fn from(id: &UserId) -> Self {
        Self(Kind::User(id.clone()))
    }
}

/// The hyphenated form, 36 characters.
fn hyphenated(bytes: &[u8; 16]) -> [u8; 36] {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; 36];
    let mut at = 0;
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            at += 1;
        }
        text[at] = HEX[usize::from(byte >> 4)];
        text[at + 1] = HEX[usize::from(byte & 15)];
        at += 2;
    }
    text
}

fn with_text<R>(id: &Id, then: impl FnOnce(&str) -> R) -> R {
    match &id.0 {
        Kind::Ours(bytes) => then(std::str::from_utf8(&hyphenated(bytes)).expect("hex digits and hyphens are ASCII")),
        Kind::User(user) => then(user.as_str()),
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        with_text(self, |text| to.serialize_str(text))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_text(self, |text| f.write_str(text))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// For the account of a sequenced event, which stays typed so that the event can be asked for its place.
pub(crate) fn account<S: Serializer>(id: &AccountId, to: S) -> Result<S::Ok, S::Error> {
    Id::from(*id).serialize(to)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_is_written_as_the_domain_writes_it() {
        for _ in 0..100 {
            let id = MessageId::new();
            assert_eq!(Id::from(id).to_string(), id.to_string());
        }
        assert_eq!(serde_json::to_string(&Id::from(&UserId::new("a\"b").unwrap())).unwrap(), r#""a\"b""#);
    }
}

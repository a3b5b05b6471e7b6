//! From rows to entities, for readers and writer alike, so that both tell the same.

pub(crate) mod account;
pub(crate) mod conversation;
pub(crate) mod message;
pub(crate) mod user;

use domain::{AccountId, Address, ContactId, ConversationId, IdError, MessageId, Timestamp, UserId};
use rusqlite::{Error, Result, Row, types::Type};

/// An id stored as 16 bytes.
pub(crate) trait BlobId: Sized {
    fn read(bytes: &[u8]) -> std::result::Result<Self, IdError>;
}

macro_rules! blob_ids {
    ($($id:ty),+) => { $(impl BlobId for $id {
        fn read(bytes: &[u8]) -> std::result::Result<Self, IdError> {
            Self::from_slice(bytes)
        }
    })+ };
}
blob_ids!(AccountId, ContactId, ConversationId, MessageId);

/// A column that doesn't hold what this program writes there.
fn unreadable(column: usize, kind: Type, what: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(column, kind, Box::new(what))
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a known name")]
struct UnknownName(String);

pub(crate) fn id<I: BlobId>(row: &Row<'_>, column: usize) -> Result<I> {
    let bytes: [u8; 16] = row.get(column)?;
    I::read(&bytes).map_err(|error| unreadable(column, Type::Blob, error))
}

pub(crate) fn id_or_none<I: BlobId>(row: &Row<'_>, column: usize) -> Result<Option<I>> {
    let bytes: Option<[u8; 16]> = row.get(column)?;
    bytes.map(|bytes| I::read(&bytes)).transpose().map_err(|error| unreadable(column, Type::Blob, error))
}

pub(crate) fn user_id(row: &Row<'_>, column: usize) -> Result<UserId> {
    let text = row.get_ref(column)?.as_str()?;
    UserId::new(text).map_err(|error| unreadable(column, Type::Text, error))
}

/// An enum stored by its name.
pub(crate) fn named<N>(row: &Row<'_>, column: usize, parse: fn(&str) -> Option<N>) -> Result<N> {
    let text = row.get_ref(column)?.as_str()?;
    parse(text).ok_or_else(|| unreadable(column, Type::Text, UnknownName(text.to_owned())))
}

pub(crate) fn address(row: &Row<'_>, column: usize) -> Result<Address> {
    let text = row.get_ref(column)?.as_str()?;
    Address::from_text(text).map_err(|error| unreadable(column, Type::Text, error))
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    row.get(column).map(Timestamp)
}

/// A count or a sequence, which SQL keeps signed.
pub(crate) fn count(row: &Row<'_>, column: usize) -> Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| Error::IntegralValueOutOfRange(column, value))
}

/// What [`count`] reads.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

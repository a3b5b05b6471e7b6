//! Reading what a client sent, key by key, so that an error names the key.

mod error;
mod field;
mod object;

pub use error::BadPayload;
pub(crate) use field::Field;
pub(crate) use object::object;

use serde_json::value::RawValue;

/// The text of an event's first argument; no argument counts as null.
pub(crate) fn text(data: Option<&RawValue>) -> &str {
    data.map_or("null", RawValue::get)
}

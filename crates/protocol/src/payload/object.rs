//! Takes an object apart without building a tree of it: what is not asked for is skipped, iteratively, however deep it is.

use super::{BadPayload, Field};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// The named keys of an object, in the order asked. `null` counts as `{}`, unknown keys are skipped, and of a key that
/// comes twice the last one counts, as in JavaScript.
pub(crate) fn object<'a, const N: usize>(
    data: &'a str,
    names: [&'static str; N],
) -> Result<[Field<'a>; N], BadPayload> {
    let mut values = [None; N];
    let data = data.trim_ascii();
    match data.as_bytes().first() {
        Some(b'{') => read(data, Keys { names: &names, values: &mut values })?,
        Some(b'n') if data == "null" => {}
        _ => return Err(BadPayload::must("", "be an object")),
    }
    Ok(std::array::from_fn(|i| Field::new(names[i], values[i])))
}

fn read<'a, const N: usize>(data: &'a str, keys: Keys<'a, '_, N>) -> Result<(), BadPayload> {
    let mut json = serde_json::Deserializer::from_str(data);
    (&mut json)
        .deserialize_map(keys)
        .and_then(|()| json.end())
        .map_err(|_| BadPayload { field: "", message: "data is not valid JSON".into() })
}

struct Keys<'a, 'n, const N: usize> {
    names: &'n [&'static str; N],
    values: &'n mut [Option<&'a str>; N],
}

impl<'a, const N: usize> Visitor<'a> for Keys<'a, '_, N> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(known) = map.next_key_seed(Key(self.names))? {
            match known {
                Some(index) => self.values[index] = Some(map.next_value::<&RawValue>()?.get()),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Finds a key's place among the names, without keeping it.
struct Key<'n>(&'n [&'static str]);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|name| *name == key))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn one(data: &str) -> Result<Option<String>, BadPayload> {
        let [field] = object(data, ["key"])?;
        field.optional_text(10)
    }

    #[test]
    fn null_counts_as_an_empty_object() {
        assert_eq!(one("null"), Ok(None));
        assert_eq!(one(" {} "), Ok(None));
    }

    #[test]
    fn unknown_keys_are_skipped_and_the_last_of_two_counts() {
        assert_eq!(one(r#"{"a":[1,{"key":2}],"key":"x","b":null}"#), Ok(Some("x".into())));
        assert_eq!(one(r#"{"key":1,"\u006bey":"y"}"#), Ok(Some("y".into())));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for data in ["", "1", "\"x\"", "[]", "true", "nul", "[{}]"] {
            assert_eq!(one(data).unwrap_err().message, "data must be an object", "{data}");
        }
        for data in ["{", "{}x", "{\"key\"}", "{\"key\":}", "{\"key\":\"x\"", "{\"a\":[}"] {
            let refused = one(data).unwrap_err();
            assert_eq!((refused.field, refused.message.as_str()), ("", "data is not valid JSON"), "{data}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "[".repeat(400_000), "]".repeat(400_000));
        assert_eq!(one(&format!(r#"{{"junk":{deep},"key":"x"}}"#)), Ok(Some("x".into())));
        assert_eq!(one(&format!(r#"{{"key":{deep}}}"#)), Err(BadPayload::must("key", "be a string")));
        assert_eq!(one(&deep), Err(BadPayload::must("", "be an object")));
    }

    proptest! {
        #[test]
        fn never_panics(data in "\\PC*", inner in "[\\[\\]{}\":,a-z0-9\\\\]*") {
            let _ = one(&data);
            let _ = one(&format!("{{\"key\":{inner}}}"));
        }
    }
}

//! The few fields that the loads read of an event, found by searching bytes: at 400,000 deliveries a second there is no time for a JSON parser.
//!
//! A field is the first place in the text where its quoted name stands, so it must not occur in an earlier string or nested object. That
//! holds for the contract's events as long as the texts that the bench sends itself hold no quotes.

use memchr::memmem::Finder;

/// A search for one field of a JSON object.
pub(crate) struct Field {
    finder: Finder<'static>,
}

impl Field {
    /// A search for the field called `name`.
    pub(crate) fn new(name: &str) -> Self {
        let quoted = format!("\"{name}\"");
        Self { finder: Finder::new(quoted.as_bytes()).into_owned() }
    }

    /// The raw bytes that follow the field's colon.
    fn value<'a>(&self, object: &'a [u8]) -> Option<&'a [u8]> {
        let at = self.finder.find(object)? + self.finder.needle().len();
        let colon = object[at..].trim_ascii_start().strip_prefix(b":")?;
        Some(colon.trim_ascii_start())
    }

    /// The field's string; `None` when it is absent, null or no string. Escapes are left as they are.
    pub(crate) fn string<'a>(&self, object: &'a [u8]) -> Option<&'a [u8]> {
        let text = self.value(object)?.strip_prefix(b"\"")?;
        memchr::memchr(b'"', text).map(|end| &text[..end])
    }

    /// The field's number; `None` when it is absent or no unsigned integer.
    pub(crate) fn number(&self, object: &[u8]) -> Option<u64> {
        number(self.value(object)?).map(|(number, _)| number)
    }

    /// Whether the field is `true`.
    pub(crate) fn is_true(&self, object: &[u8]) -> bool {
        self.value(object).is_some_and(|value| value.starts_with(b"true"))
    }
}

/// The unsigned integer that `text` begins with, and what follows it.
pub(crate) fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let fold = |sum: u64, byte: &u8| sum.checked_mul(10)?.checked_add(u64::from(byte - b'0'));
    let value = text[..digits].iter().try_fold(0, fold)?;
    (digits > 0).then_some((value, &text[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_strings_numbers_and_truth() {
        let object = br#"{"ok":true,"seq": 42,"clientId":"a.1","to":null}"#;
        assert_eq!(Field::new("seq").number(object), Some(42));
        assert_eq!(Field::new("clientId").string(object), Some(&b"a.1"[..]));
        assert_eq!(Field::new("to").string(object), None);
        assert_eq!(Field::new("id").string(object), None);
        assert!(Field::new("ok").is_true(object));
        assert!(!Field::new("seq").is_true(object));
    }

    #[test]
    fn a_number_too_large_is_none() {
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(number(b"7.3"), Some((7, &b".3"[..])));
        assert_eq!(number(b"x"), None);
    }
}

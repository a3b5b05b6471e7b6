//! Addresses: under what WhatsApp knows somebody.

use std::fmt;

/// One address of a person or group. A person can have several; which belong together, WhatsApp says.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Address {
    /// A phone number: 7 to 15 digits, international, without `+`.
    Phone(String),
    /// A LID: digits that are no phone number and never shown as one.
    Lid(String),
    /// A group.
    Group(String),
}

/// What was typed is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number: 7 to 15 digits with the country code were expected, as +1234567890")]
pub struct AddressError;

impl Address {
    /// Reads what people type and what systems hand over: `+1 (234) 567-890`, `1234567890`, a JID of a person or a group.
    /// Bare digits are international; no numbering plan is checked.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        match text.split_once('@') {
            Some((user, server)) => Self::parse_jid(user, server),
            None => Self::parse_phone(text),
        }
    }

    fn parse_jid(user: &str, server: &str) -> Result<Self, AddressError> {
        let user = user.split([':', '.']).next().unwrap_or_default();
        match server {
            "s.whatsapp.net" | "c.us" => Self::digits(user).map(Self::Phone),
            "lid" if is_digits(user) && user.len() <= 32 => Ok(Self::Lid(user.to_owned())),
            "g.us" if is_group(user) => Ok(Self::Group(user.to_owned())),
            _ => Err(AddressError),
        }
    }

    fn parse_phone(text: &str) -> Result<Self, AddressError> {
        let rest = text.strip_prefix('+').unwrap_or(text);
        let mut number = String::with_capacity(rest.len());
        for character in rest.chars() {
            match character {
                '0'..='9' => number.push(character),
                ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}' | '\u{2010}'..='\u{2013}' => {}
                _ => return Err(AddressError),
            }
        }
        Self::digits(&number).map(Self::Phone)
    }

    fn digits(number: &str) -> Result<String, AddressError> {
        if is_digits(number) && (7..=15).contains(&number.len()) { Ok(number.to_owned()) } else { Err(AddressError) }
    }

    /// E.164 with `+`, for a phone number; a LID's digits never appear as one.
    #[must_use]
    pub fn phone(&self) -> Option<String> {
        match self {
            Self::Phone(digits) => Some(format!("+{digits}")),
            Self::Lid(_) | Self::Group(_) => None,
        }
    }

    /// One text that says kind and value, as stored: `phone:49…`, `lid:…`, `group:…`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let (kind, value) = self.parts();
        format!("{kind}:{value}")
    }

    /// Reads what [`Self::to_text`] wrote.
    pub fn from_text(text: &str) -> Result<Self, AddressError> {
        match text.split_once(':') {
            Some(("phone", value)) => Ok(Self::Phone(value.to_owned())),
            Some(("lid", value)) => Ok(Self::Lid(value.to_owned())),
            Some(("group", value)) => Ok(Self::Group(value.to_owned())),
            _ => Err(AddressError),
        }
    }

    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Phone(value) => ("phone", value),
            Self::Lid(value) => ("lid", value),
            Self::Group(value) => ("group", value),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_group(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// An address is personal: logs get its kind and last two digits.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, value) = self.parts();
        write!(f, "{kind}:…{}", value.get(value.len().saturating_sub(2)..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_what_people_type() {
        let phone = Address::Phone("1234567890".into());
        for text in [
            "+1 (234) 567-890",
            "1234567890",
            "+1234567890",
            "1234567890@s.whatsapp.net",
            "1234567890:7@s.whatsapp.net",
        ] {
            assert_eq!(Address::parse(text).as_ref(), Ok(&phone), "{text}");
        }
        assert_eq!(Address::parse("9100@lid"), Ok(Address::Lid("9100".into())));
        assert_eq!(Address::parse("120363-1@g.us"), Ok(Address::Group("120363-1".into())));
    }

    #[test]
    fn refuses_what_is_none() {
        for text in [
            "",
            "+",
            "123456",
            "1234567890123456",
            "+12a4567890",
            "x@s.whatsapp.net",
            "1234567@nowhere",
            "@lid",
            "++1234567",
        ] {
            assert_eq!(Address::parse(text), Err(AddressError), "{text}");
        }
    }

    #[test]
    fn a_lid_is_never_a_phone_number() {
        assert_eq!(Address::Lid("4917012345".into()).phone(), None);
    }

    #[test]
    fn debug_hides_the_number() {
        assert_eq!(format!("{:?}", Address::Phone("1234567890".into())), "phone:…90");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert_eq!(Address::from_text(&address.to_text()), Ok(address));
            }
        }
    }
}

//! Moments on the wire.

use domain::Timestamp;
use serde::{Serialize, Serializer};
use std::fmt;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// A moment: RFC 3339 in UTC with milliseconds, as `2026-11-24T18:00:00.000Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, examples("2026-11-24T18:00:00.000Z"))]
pub struct Rfc3339(pub Timestamp);

/// The first and the last millisecond that RFC 3339 can write: the years 0000 to 9999. What lies outside is told as
/// the nearer one.
const RANGE: (i64, i64) = (-62_167_219_200_000, 253_402_300_799_999);

impl From<Timestamp> for Rfc3339 {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Rfc3339 {
    fn with_text<R>(self, then: impl FnOnce(&str) -> R) -> R {
        let millis = self.0.millis().clamp(RANGE.0, RANGE.1);
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
            .expect("the years 0000 to 9999 are in range");
        let mut text = *b"0000-00-00T00:00:00.000Z";
        digits(&mut text[0..4], at.year().unsigned_abs());
        digits(&mut text[5..7], u8::from(at.month()).into());
        digits(&mut text[8..10], at.day().into());
        digits(&mut text[11..13], at.hour().into());
        digits(&mut text[14..16], at.minute().into());
        digits(&mut text[17..19], at.second().into());
        digits(&mut text[20..23], at.millisecond().into());
        then(std::str::from_utf8(&text).expect("digits and punctuation are ASCII"))
    }
}

/// Writes a number right-aligned into zeros.
fn digits(into: &mut [u8], mut number: u32) {
    for place in into.iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).expect("one digit");
        number /= 10;
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.with_text(|text| to.serialize_str(text))
    }
}

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

impl fmt::Debug for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use time::format_description::well_known;

    fn text(millis: i64) -> String {
        Rfc3339(Timestamp(millis)).to_string()
    }

    #[test]
    fn milliseconds_are_always_written() {
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(text(1_795_543_200_007), "2026-11-24T18:00:00.007Z");
        assert_eq!(text(1_709_164_800_000), "2024-02-29T00:00:00.000Z");
    }

    #[test]
    fn what_cannot_be_written_is_told_as_the_nearest_that_can() {
        assert_eq!(text(i64::MIN), "0000-01-01T00:00:00.000Z");
        assert_eq!(text(i64::MAX), "9999-12-31T23:59:59.999Z");
    }

    proptest! {
        #[test]
        fn reads_back_as_the_same_moment(millis in RANGE.0..RANGE.1) {
            let back = OffsetDateTime::parse(&text(millis), &well_known::Rfc3339).unwrap();
            prop_assert_eq!(back.unix_timestamp_nanos() / 1_000_000, i128::from(millis));
        }
    }
}

//! The kinds of values: durations, sizes, truth.

use std::time::Duration;

/// `250ms`, `25s`, `10m`, `24h`, `7d`; more than nothing.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let millis: u64 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis).filter(|millis| *millis > 0).map(Duration::from_millis)
}

/// Bytes: `1000000`, `500kB`, `1MB`, `256KiB`, `1MiB`; more than nothing.
#[must_use]
pub fn size(text: &str) -> Option<usize> {
    let (number, unit) = split(text)?;
    let factor: u64 = match unit {
        "" | "B" => 1,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "KiB" | "kiB" => 1024,
        "MiB" => 1024 * 1024,
        _ => return None,
    };
    number.checked_mul(factor).filter(|size| *size > 0).and_then(|size| usize::try_from(size).ok())
}

/// `true` or `false`, also `1`, `0`, `yes`, `no`.
#[must_use]
pub fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

fn split(text: &str) -> Option<(u64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, millis) in
            [("250ms", 250), ("25s", 25_000), ("10m", 600_000), ("24h", 86_400_000), ("7 d", 604_800_000)]
        {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "25", "0s", "-1s", "1.5s", "1y", "99999999999999999999s", "18446744073709551615d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [("1000000", 1_000_000), ("1MB", 1_000_000), ("500kB", 500_000), ("1 MiB", 1_048_576)] {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "MB", "0", "-1", "1GB", "1.5MB", "99999999999999MB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn truths() {
        assert_eq!((truth("TRUE"), truth("no"), truth("maybe")), (Some(true), Some(false), None));
    }
}

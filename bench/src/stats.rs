//! Latencies as a histogram of fixed size, and medians.

/// Counts durations in microseconds: exact below 128 µs, within 1 % above.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

/// Each power of two above 64 is divided into this many buckets.
const STEPS: u64 = 64;

impl Histogram {
    pub(crate) fn new() -> Self {
        Self { counts: vec![0; bucket(u64::MAX) + 1], total: 0 }
    }

    /// Counts one duration.
    pub(crate) fn record(&mut self, nanos: u64) {
        self.counts[bucket(nanos / 1000)] += 1;
        self.total += 1;
    }

    /// The duration, in milliseconds, that this share (0 to 1) of all stayed at or below; `None` of nothing.
    pub(crate) fn quantile_ms(&self, share: f64) -> Option<f64> {
        let rank = ((self.total as f64 * share).ceil() as u64).max(1);
        let mut below = 0;
        let at = self.counts.iter().position(|count| {
            below += count;
            below >= rank
        })?;
        Some(middle(at) / 1000.0)
    }
}

fn bucket(micros: u64) -> usize {
    if micros < 2 * STEPS {
        return micros as usize;
    }
    let shift = u64::from(micros.ilog2() - STEPS.ilog2());
    (shift * STEPS + (micros >> shift)) as usize
}

/// The middle of a bucket, in microseconds.
fn middle(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    if bucket < 2 * STEPS {
        return bucket as f64;
    }
    let shift = bucket / STEPS - 1;
    let width = (1_u64 << shift) as f64;
    ((bucket - shift * STEPS) as f64 + 0.5) * width
}

/// The middle value, or the mean of the two in the middle; `None` of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent() {
        let mut histogram = Histogram::new();
        for micros in 1..=100_000_u64 {
            histogram.record(micros * 1000);
        }
        for (share, expected) in [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.001, 0.1)] {
            let got = histogram.quantile_ms(share).unwrap();
            assert!((got - expected).abs() / expected < 0.01, "{share}: {got}");
        }
    }

    #[test]
    fn buckets_join_without_a_hole_up_to_the_largest_value() {
        for micros in 0..10_000 {
            let step = bucket(micros + 1) - bucket(micros);
            assert!(step <= 1, "between {micros} and the next");
        }
        let mut histogram = Histogram::new();
        histogram.record(u64::MAX);
        assert!(histogram.quantile_ms(0.5).is_some());
    }

    #[test]
    fn nothing_has_no_quantile_and_no_median() {
        assert_eq!(Histogram::new().quantile_ms(0.5), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn the_median_needs_no_order() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}

//! When to call something hung: after a time in which nothing went on.

use std::time::{Duration, Instant};

/// Measures the time since a count last rose.
pub(crate) struct Patience {
    limit: Duration,
    count: u64,
    since: Instant,
}

impl Patience {
    pub(crate) fn new(limit: Duration, now: Instant) -> Self {
        Self { limit, count: 0, since: now }
    }

    /// Whether `count` has stood still for the limit.
    pub(crate) fn is_over(&mut self, count: u64, now: Instant) -> bool {
        if count != self.count {
            self.count = count;
            self.since = now;
        }
        now.saturating_duration_since(self.since) >= self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_over_once_the_count_stood_still_for_the_limit() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut patience = Patience::new(Duration::from_secs(10), start);
        assert!(!patience.is_over(0, at(9)));
        assert!(!patience.is_over(1, at(11)), "it has just risen");
        assert!(!patience.is_over(1, at(20)));
        assert!(patience.is_over(1, at(21)));
    }
}

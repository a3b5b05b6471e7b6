//! Whether numbers that should come one by one, each once, do so.

/// Follows one sequence of numbers that should rise by one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequence {
    next: u64,
    /// Ranges (from, to exclusive) that were jumped over and have not come since.
    missing: Vec<(u64, u64)>,
}

/// What one number was.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seen {
    /// The expected one.
    Next,
    /// Larger than expected: what lies between is missing for now.
    Jump,
    /// One that was missing: others overtook it.
    Late,
    /// One that had come before.
    Again,
}

impl Sequence {
    /// A sequence whose first number should be `next`.
    pub(crate) fn expecting(next: u64) -> Self {
        Self { next, missing: Vec::new() }
    }

    /// Takes the next number that arrived.
    pub(crate) fn see(&mut self, number: u64) -> Seen {
        if number == self.next {
            self.next += 1;
            return Seen::Next;
        }
        if number > self.next {
            self.missing.push((self.next, number));
            self.next = number + 1;
            return Seen::Jump;
        }
        self.fill(number)
    }

    fn fill(&mut self, number: u64) -> Seen {
        let holds = |&(from, to): &(u64, u64)| (from..to).contains(&number);
        let Some(at) = self.missing.iter().position(holds) else {
            return Seen::Again;
        };
        let (from, to) = self.missing.swap_remove(at);
        let rest = [(from, number), (number + 1, to)];
        self.missing.extend(rest.into_iter().filter(|(from, to)| from < to));
        Seen::Late
    }

    /// How many numbers were jumped over and never came.
    pub(crate) fn gaps(&self) -> u64 {
        self.missing.iter().map(|(from, to)| to - from).sum()
    }

    /// How many of the numbers below `end` have not come.
    pub(crate) fn lacking(&self, end: u64) -> u64 {
        self.gaps() + end.saturating_sub(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_order_lacks_nothing() {
        let mut sequence = Sequence::default();
        assert!((0..5).all(|number| sequence.see(number) == Seen::Next));
        assert_eq!((sequence.gaps(), sequence.lacking(5)), (0, 0));
        assert_eq!(sequence.lacking(7), 2);
    }

    #[test]
    fn overtaken_numbers_are_late_and_repeated_ones_again() {
        let mut sequence = Sequence::expecting(10);
        assert_eq!(sequence.see(13), Seen::Jump);
        assert_eq!(sequence.gaps(), 3);
        assert_eq!(sequence.see(11), Seen::Late);
        assert_eq!(sequence.see(11), Seen::Again);
        assert_eq!(sequence.see(13), Seen::Again);
        assert_eq!(sequence.lacking(15), 3, "10, 12 and 14");
    }

    #[test]
    fn a_wild_jump_costs_no_memory() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.see(u64::MAX - 1), Seen::Jump);
        assert_eq!(sequence.gaps(), u64::MAX - 1);
    }
}

//! How far a message has come.

/// A message's status. It rises and never falls; `Failed` stands beside the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// Stored, waiting for its turn.
    Queued,
    /// WhatsApp's server has it.
    Sent,
    /// The other phone has it.
    Delivered,
    /// It was seen.
    Read,
    /// A voice note was played.
    Played,
    /// It can't be sent.
    Failed,
}

impl DeliveryStatus {
    const ALL: [Self; 6] = [Self::Queued, Self::Sent, Self::Delivered, Self::Read, Self::Played, Self::Failed];

    /// The status' name, as stored and as told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether `next` may follow. A receipt is evidence and raises any status, `Failed` too; `Failed` is only for
    /// what was never delivered; nothing else falls. (Back from `Failed` to `Queued` is a person's retry, not asked here.)
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (_, Self::Queued) => false,
            (current, Self::Failed) => matches!(current, Self::Queued | Self::Sent),
            (Self::Failed, _) => true,
            (current, next) => current.rank() < next.rank(),
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Failed | Self::Queued => 0,
            Self::Sent => 1,
            Self::Delivered => 2,
            Self::Read => 3,
            Self::Played => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DeliveryStatus::*, *};
    use proptest::prelude::*;

    #[test]
    fn read_may_come_before_delivered() {
        assert!(Sent.may_become(Read));
        assert!(!Read.may_become(Delivered));
    }

    #[test]
    fn failed_is_only_for_what_was_never_delivered() {
        assert!(Queued.may_become(Failed) && Sent.may_become(Failed));
        assert!(!Delivered.may_become(Failed) && !Read.may_become(Failed));
        assert!(Failed.may_become(Delivered));
    }

    #[test]
    fn names_go_both_ways() {
        for status in DeliveryStatus::ALL {
            assert_eq!(DeliveryStatus::parse(status.as_str()), Some(status));
        }
    }

    proptest! {
        #[test]
        fn any_order_of_receipts_ends_at_the_highest(order in proptest::collection::vec(1usize..5, 1..20)) {
            let steps: Vec<_> = order.iter().map(|i| DeliveryStatus::ALL[*i]).collect();
            let end = steps.iter().fold(Queued, |now, next| if now.may_become(*next) { *next } else { now });
            let highest = steps.iter().copied().max_by_key(|s| s.rank()).unwrap_or(Queued);
            prop_assert_eq!(end, highest);
        }
    }
}

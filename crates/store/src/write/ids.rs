//! Ids in commit order, even when the machine's clock went back while nobody was looking.

use domain::MessageId;
use rusqlite::{Connection, Result};
use uuid::Uuid;

/// Gives out message ids, each later than every one the database holds.
#[derive(Debug)]
pub(crate) struct Ids {
    last: Option<MessageId>,
}

impl Ids {
    /// Goes on behind the newest message that is stored.
    pub(crate) fn behind_stored(conn: &Connection) -> Result<Self> {
        let last = conn.query_row("SELECT MAX(id) FROM messages", [], |row| crate::rows::id_or_none(row, 0))?;
        Ok(Self { last })
    }

    pub(crate) fn next(&mut self) -> MessageId {
        let fresh = MessageId::new();
        let next = match self.last {
            Some(last) if last >= fresh => successor(last),
            _ => fresh,
        };
        self.last = Some(next);
        next
    }
}

/// The id right behind: the random part counted up, with the marks of version and variant left in place.
fn successor(id: MessageId) -> MessageId {
    const VARIANT: u128 = 0b10 << 62;
    const RANDOM: u128 = (1 << 62) - 1;
    let value = u128::from_be_bytes(*id.as_bytes());
    let random = (value + 1) & RANDOM;
    // an overflow carries over the variant into the bits above it
    let high = if random == 0 { (value >> 64) + 1 } else { value >> 64 };
    MessageId::from_uuid(Uuid::from_u128((high << 64) | VARIANT | random))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ids_rise_though_the_clock_stands_before_the_last_one() {
        let ahead: MessageId = "ffff0000-0000-7fff-bfff-fffffffffffe".parse().unwrap();
        let mut ids = Ids { last: Some(ahead) };
        let given: Vec<_> = std::iter::once(ahead).chain((0..4).map(|_| ids.next())).collect();
        assert!(given.windows(2).all(|pair| pair[0] < pair[1]), "{given:?}");
        assert_eq!(given[1].to_string(), "ffff0000-0000-7fff-bfff-ffffffffffff");
        assert!(given[2].to_string().contains("-8000-") || given[2].to_string().contains("-8"), "{}", given[2]);
    }

    #[test]
    fn ids_are_of_now_otherwise() {
        let mut ids = Ids { last: None };
        let first = ids.next();
        assert!(first < MessageId::new());
        assert!(first < ids.next());
    }
}

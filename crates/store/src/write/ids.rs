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

/// The id right behind: time and random part counted up, with the marks of version and variant left in place.
fn successor(id: MessageId) -> MessageId {
    const VERSION: u128 = 0x7 << 76;
    const VARIANT: u128 = 0b10 << 62;
    let value = u128::from_be_bytes(*id.as_bytes());
    let (time, high, low) = (value >> 80, (value >> 64) & 0xfff, value & ((1 << 62) - 1));
    let next = ((time << 74) | (high << 62) | low) + 1;
    let (time, high, low) = (next >> 74, (next >> 62) & 0xfff, next & ((1 << 62) - 1));
    MessageId::from_uuid(Uuid::from_u128((time << 80) | VERSION | (high << 64) | VARIANT | low))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ids_rise_though_the_clock_stands_before_the_last_one() {
        let ahead: MessageId = "ffff0000-0000-7fff-bfff-fffffffffffe".parse().unwrap();
        let mut ids = Ids { last: Some(ahead) };
        let given: Vec<_> = (0..3).map(|_| ids.next().to_string()).collect();
        // the counter runs over into the bits above, and the marks of version and variant stay
        assert_eq!(given[0], "ffff0000-0000-7fff-bfff-ffffffffffff");
        assert_eq!(given[1], "ffff0000-0001-7000-8000-000000000000");
        assert_eq!(given[2], "ffff0000-0001-7000-8000-000000000001");
    }

    #[test]
    fn ids_are_of_now_otherwise() {
        let mut ids = Ids { last: None };
        let first = ids.next();
        assert!(first < MessageId::new());
        assert!(first < ids.next());
    }
}

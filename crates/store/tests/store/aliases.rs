//! Whatever order the aliases of people come in, a message is one row.

use crate::harness::{Harness, lid, phone, text_from};
use domain::Address;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Three people, each with a LID and a number.
fn address(person: u8, is_lid: bool) -> Address {
    if is_lid { lid(&format!("77700{person}")) } else { phone(&format!("491170{person}")) }
}

/// One delivery: of whom, which of their messages, and under which aliases.
#[derive(Debug, Clone)]
struct Delivery {
    person: u8,
    message: u8,
    aliases: Vec<bool>,
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let aliases = prop_oneof![
        Just(vec![true]),
        Just(vec![false]),
        Just(vec![true, false]),
        Just(vec![false, true]),
        Just(vec![true, true, false]),
    ];
    (0u8..3, 0u8..4, aliases).prop_map(|(person, message, aliases)| Delivery { person, message, aliases })
}

/// WhatsApp says that two addresses are one person's before it uses the other one: the first delivery of each person
/// names both.
fn introduced(mut deliveries: Vec<Delivery>) -> Vec<Delivery> {
    let mut known = BTreeSet::new();
    for delivery in &mut deliveries {
        if known.insert(delivery.person) && delivery.aliases.len() == 1 {
            delivery.aliases.push(!delivery.aliases[0]);
        }
    }
    deliveries
}

async fn deliver(harness: &Harness, account: domain::AccountId, delivery: &Delivery, per_batch: usize) {
    let aliases: Vec<_> = delivery.aliases.iter().map(|is_lid| address(delivery.person, *is_lid)).collect();
    let item = text_from(&aliases, &format!("M{}", delivery.message), "hi");
    harness.receive(account, vec![item; per_batch]).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_row_a_message(deliveries in prop::collection::vec(delivery(), 1..30), per_batch in 1usize..3) {
        let deliveries = introduced(deliveries);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let harness = Harness::new();
            let (_, account) = harness.owner_and_account().await;
            for delivery in &deliveries {
                deliver(&harness, account, delivery, per_batch).await;
            }
            let expected: BTreeSet<_> = deliveries.iter().map(|delivery| (delivery.person, delivery.message)).collect();
            let people: BTreeSet<_> = deliveries.iter().map(|delivery| delivery.person).collect();
            let conversations = harness.conversations(account).await;
            prop_assert_eq!(conversations.len(), people.len());
            prop_assert_eq!(harness.look::<i64>("SELECT COUNT(*) FROM messages"), expected.len() as i64);
            let unread: u32 = conversations.iter().map(|conversation| conversation.unread_count).sum();
            prop_assert_eq!(unread as usize, expected.len());
            // every message has its own number, and none was skipped
            prop_assert_eq!(harness.seq(account).await, expected.len() as u64);
            Ok(())
        })?;
    }

    /// Even when it was not told before: once both are named, what is stored under either is not stored again.
    #[test]
    fn once_joined_nothing_is_doubled(first in any::<bool>(), redelivered in prop::collection::vec(any::<bool>(), 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let harness = Harness::new();
            let (_, account) = harness.owner_and_account().await;
            deliver(&harness, account, &Delivery { person: 0, message: 0, aliases: vec![first] }, 1).await;
            deliver(&harness, account, &Delivery { person: 0, message: 1, aliases: vec![!first] }, 1).await;
            for lid_first in redelivered {
                for message in [0, 1] {
                    let aliases = vec![lid_first, !lid_first];
                    deliver(&harness, account, &Delivery { person: 0, message, aliases }, 1).await;
                }
            }
            prop_assert_eq!(harness.look::<i64>("SELECT COUNT(*) FROM messages"), 2);
            Ok(())
        })?;
    }
}

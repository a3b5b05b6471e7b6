//! What an invented customer says to what. Pure: the same turns and the same rng give the same answers.

use super::people::Person;
use rand::{Rng, RngExt};

/// What a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Hello,
    Price,
    Delivery,
    Invoice,
    Thanks,
    Bye,
    Question,
    Other,
}

/// The first topic that a word of the text belongs to counts.
const WORDS: &[(Topic, &[&str])] = &[
    (Topic::Price, &["price", "prices", "cost", "costs", "quote", "offer", "discount", "usd", "eur", "cheaper"]),
    (
        Topic::Delivery,
        &["deliver", "delivery", "delivered", "ship", "shipping", "shipped", "courier", "tomorrow", "arrive"],
    ),
    (Topic::Invoice, &["invoice", "invoices", "bill", "pay", "payment", "paid"]),
    (Topic::Thanks, &["thanks", "thank", "thx"]),
    (Topic::Bye, &["bye", "goodbye", "later", "night"]),
    (Topic::Hello, &["hello", "hi", "hey", "morning", "afternoon", "evening"]),
];

impl Topic {
    pub(super) const ALL: [Self; 8] =
        [Self::Hello, Self::Price, Self::Delivery, Self::Invoice, Self::Thanks, Self::Bye, Self::Question, Self::Other];

    pub(super) fn of(text: &str) -> Self {
        let text = text.to_lowercase();
        let words: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).collect();
        WORDS
            .iter()
            .find(|(_, known)| known.iter().any(|word| words.contains(word)))
            .map_or_else(|| if text.contains('?') { Self::Question } else { Self::Other }, |(topic, _)| *topic)
    }
}

/// One customer's part of the conversation.
#[derive(Debug)]
pub(super) struct Script {
    person: &'static Person,
    /// How often each topic came up, so that nothing is said twice in a row.
    turns: [usize; Topic::ALL.len()],
}

impl Script {
    /// Begins somewhere in the lines, so that a restart doesn't sound like a recording.
    pub(super) fn new(person: &'static Person, rng: &mut (impl Rng + ?Sized)) -> Self {
        let turns = std::array::from_fn(|_| rng.random_range(0..100));
        Self { person, turns }
    }

    pub(super) fn answer(&mut self, text: &str) -> &'static str {
        let topic = Topic::of(text);
        let lines = self.person.lines.iter().find(|(of, _)| *of == topic).map_or(&[] as &[&str], |(_, lines)| lines);
        let turn = &mut self.turns[topic as usize];
        *turn += 1;
        lines.get(*turn % lines.len().max(1)).copied().unwrap_or("Okay.")
    }
}

#[cfg(test)]
mod tests {
    use super::{super::people::PEOPLE, *};
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn hears_what_it_is_about() {
        for (text, topic) in [
            ("Hi there", Topic::Hello),
            ("what does it COST?", Topic::Price),
            ("Hello, we deliver on Monday", Topic::Delivery),
            ("The invoice is attached.", Topic::Invoice),
            ("Thank you!", Topic::Thanks),
            ("bye", Topic::Bye),
            ("which colour?", Topic::Question),
            ("this", Topic::Other),
            ("", Topic::Other),
        ] {
            assert_eq!(Topic::of(text), topic, "{text}");
        }
    }

    #[test]
    fn never_says_the_same_twice_in_a_row() {
        for person in PEOPLE {
            let mut script = Script::new(person, &mut StdRng::seed_from_u64(7));
            let said: Vec<_> = (0..12).map(|_| script.answer("fine")).collect();
            assert!(said.windows(2).all(|pair| pair[0] != pair[1]), "{said:?}");
        }
    }

    proptest! {
        #[test]
        fn the_same_seed_says_the_same(seed: u64, texts in proptest::collection::vec("\\PC{0,40}", 0..8)) {
            let said = || {
                let mut script = Script::new(PEOPLE[0], &mut StdRng::seed_from_u64(seed));
                texts.iter().map(|text| script.answer(text)).collect::<Vec<_>>()
            };
            prop_assert_eq!(said(), said());
            prop_assert!(said().iter().all(|line| !line.is_empty()));
        }
    }
}

//! Who the invented customers are. Their numbers are from 555-0100 to 555-0199, which nobody can have.

use super::script::Topic;

/// The number of the demo account itself.
pub(super) const OWNER: &str = "12025550100";

/// An invented customer.
#[derive(Debug)]
pub(super) struct Person {
    /// Digits, international, no `+`.
    pub(super) phone: &'static str,
    pub(super) name: &'static str,
    /// The first message, which says what this is.
    pub(super) greeting: &'static str,
    /// What to say to what. [`Topic::Other`] is always among them.
    pub(super) lines: &'static [(Topic, &'static [&'static str])],
}

pub(super) const PEOPLE: [&Person; 3] = [&MAYA, &TOM, &ROSA];

const MAYA: Person = Person {
    phone: "12025550141",
    name: "Maya Lindgren (demo)",
    greeting: "Hello! This is a demo: I am Maya, an invented customer who runs a small café. \
               Write to me and I will answer, nobody real is here. \
               Do you still have the dark roast from last month?",
    lines: &[
        (
            Topic::Hello,
            &["Hi! Good to hear from you. I was asking about the dark roast.", "Hello again! How is your day going?"],
        ),
        (
            Topic::Price,
            &[
                "That sounds fair. Is there a discount from ten kilos on?",
                "A bit more than last time. Could you do it with free delivery?",
                "All right, I can work with that price.",
            ],
        ),
        (
            Topic::Delivery,
            &[
                "Thursday morning would be perfect, we open at nine.",
                "Please leave it at the back door if nobody answers.",
                "Great, I will tell my staff to expect it.",
            ],
        ),
        (
            Topic::Invoice,
            &["Please send the invoice to the café, not to my home address.", "I will pay it by Friday, promised."],
        ),
        (Topic::Thanks, &["You are welcome!", "Thank you! The guests love your coffee."]),
        (Topic::Bye, &["Have a nice day!", "Talk soon. Bye!"]),
        (
            Topic::Question,
            &[
                "Good question. Ten kilos, I think, whole beans.",
                "Let me look at our stock… yes, please.",
                "I would say the same as last time.",
            ],
        ),
        (
            Topic::Other,
            &[
                "Sounds good to me.",
                "One moment, a guest is at the counter.",
                "I see. And do you have something milder for the filter machine?",
                "Perfect, let us do it like that.",
            ],
        ),
    ],
};

const TOM: Person = Person {
    phone: "12025550162",
    name: "Tom Okafor (demo)",
    greeting: "Hi, a demo message: I am Tom, an invented customer with a bicycle workshop. \
               Try me, my answers are scripted. I wanted to ask where my order 1042 is.",
    lines: &[
        (Topic::Hello, &["Hello! Any news about order 1042?", "Hey! Busy day here, three flat tyres already."]),
        (
            Topic::Price,
            &["Okay. That is for the whole set, right?", "Hm, I have seen them cheaper, but I trust yours more."],
        ),
        (
            Topic::Delivery,
            &[
                "Thanks for checking. Tomorrow is fine.",
                "Could the courier ring twice? The workshop is loud.",
                "Good, then I can promise the bike for the weekend.",
            ],
        ),
        (
            Topic::Invoice,
            &["Got it, I will forward it to my bookkeeper.", "Can you split it in two? One for parts, one for tools."],
        ),
        (Topic::Thanks, &["No, thank you!", "Cheers!"]),
        (Topic::Bye, &["Bye, and ride safely!", "See you!"]),
        (
            Topic::Question,
            &["Yes, exactly.", "No, only the brake pads and two chains.", "I am not sure, which one would you take?"],
        ),
        (
            Topic::Other,
            &[
                "Understood.",
                "Fine by me. I am in the workshop until six.",
                "Okay! By the way, do you stock cargo bike tyres?",
                "Let me write that down.",
            ],
        ),
    ],
};

const ROSA: Person = Person {
    phone: "12025550187",
    name: "Rosa Delgado (demo)",
    greeting: "Good day! Please note that this is a demo and I am invented: Rosa, from the office of a small hotel. \
               Could you send me the invoice for March again?",
    lines: &[
        (Topic::Hello, &["Good day to you!", "Hello! Thank you for the quick reply."]),
        (
            Topic::Price,
            &["I will have to ask my manager about that amount.", "That is within our budget. Please go ahead."],
        ),
        (
            Topic::Delivery,
            &[
                "The reception is open day and night, any time suits us.",
                "Wonderful. Please use the entrance on Mill Street.",
            ],
        ),
        (
            Topic::Invoice,
            &[
                "Thank you. Could you put our order number on it?",
                "Received. It will be paid within 14 days.",
                "One more thing: the address changed, we are at number 12 now.",
            ],
        ),
        (Topic::Thanks, &["With pleasure.", "Thank you as well, that was very kind."]),
        (Topic::Bye, &["Goodbye, and greetings to your colleagues!", "Until next time."]),
        (
            Topic::Question,
            &[
                "Yes, that would suit us very well.",
                "I am afraid I do not know. May I tell you tomorrow?",
                "Forty sets, please.",
            ],
        ),
        (
            Topic::Other,
            &[
                "Very well, I have noted it.",
                "Thank you for letting me know.",
                "I understand. Is there anything you need from us?",
                "That is good news.",
            ],
        ),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_belong_to_nobody() {
        for phone in PEOPLE.iter().map(|person| person.phone).chain([OWNER]) {
            assert!(phone.len() == 11 && phone.starts_with("120255501"), "{phone}");
        }
    }

    #[test]
    fn the_first_message_says_demo() {
        for person in PEOPLE {
            assert!(person.greeting.to_lowercase().contains("demo"), "{}", person.name);
            assert!(person.greeting.contains("invented"), "{}", person.name);
        }
    }

    #[test]
    fn everybody_has_something_to_say_to_everything() {
        for person in PEOPLE {
            for topic in Topic::ALL {
                let lines = person.lines.iter().filter(|(of, _)| *of == topic).flat_map(|(_, lines)| lines.iter());
                assert!(lines.count() >= 2, "{} about {topic:?}", person.name);
            }
        }
    }
}

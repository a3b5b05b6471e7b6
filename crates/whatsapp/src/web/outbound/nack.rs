use crate::SendError;

/// What it means that WhatsApp's server refused a message with that code.
pub(super) fn rejected(code: String) -> SendError {
    let message = match code.as_str() {
        "463" => {
            "WhatsApp does not let this account start new chats at the moment. Wait until the customer writes, or try again later."
                .to_owned()
        }
        "475" => "This account has started as many new chats as WhatsApp allows for now. Try again later.".to_owned(),
        "479" => {
            "WhatsApp could not read the message as it was sent. Try again; if it happens often, link the account anew."
                .to_owned()
        }
        "421" => "The group has changed meanwhile. Send the message again.".to_owned(),
        other => format!("WhatsApp refused the message (code {other})."),
    };
    SendError::Rejected { provider_code: code, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence() {
        let mut sentences = std::collections::HashSet::new();
        for code in ["463", "475", "479", "421", "999"] {
            let SendError::Rejected { provider_code, message } = rejected(code.to_owned()) else {
                panic!("a refusal is for good")
            };
            assert_eq!(provider_code, code);
            assert!(message.ends_with('.') && sentences.insert(message));
        }
    }
}

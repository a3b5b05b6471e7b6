use rand::{Rng, RngExt};
use std::fmt::Write;

/// A new message id in the style of WhatsApp's own web client: `3EB0` and 18 upper-case hex digits.
///
/// It is drawn when a message is queued and stays the same at every attempt, so that a repeated send is one message to
/// whoever receives it.
pub fn fresh_message_id(rng: &mut (impl Rng + ?Sized)) -> String {
    let tail: [u8; 9] = rng.random();
    let mut id = String::with_capacity(22);
    id.push_str("3EB0");
    for byte in tail {
        write!(id, "{byte:02X}").expect("a String takes everything");
    }
    id
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn looks_like_whatsapps_own() {
        let id = fresh_message_id(&mut StdRng::seed_from_u64(1));
        assert_eq!(id.len(), 22);
        assert!(id.starts_with("3EB0"));
        assert!(id.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)), "{id}");
    }

    #[test]
    fn no_two_are_alike() {
        let mut rng = StdRng::seed_from_u64(1);
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| fresh_message_id(&mut rng)).collect();
        assert_eq!(ids.len(), 1000);
    }
}

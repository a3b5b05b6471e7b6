//! Between the library's JIDs and our addresses.

use domain::Address;
use wacore_binary::{Jid, Server};
use whatsapp_rust::Client;

/// The address of a person or group, without the device. None for what is neither: status posts, channels, the
/// announcements of WhatsApp itself.
pub(super) fn address(jid: &Jid) -> Option<Address> {
    let server = match jid.server {
        Server::Pn | Server::Hosted | Server::Legacy => "s.whatsapp.net",
        Server::Lid | Server::HostedLid => "lid",
        Server::Group => "g.us",
        _ => return None,
    };
    Address::parse(&format!("{}@{server}", jid.user_base())).ok()
}

/// The JID of an address.
pub(super) fn jid(address: &Address) -> Jid {
    match address {
        Address::Phone(digits) => Jid::pn(digits.as_str()),
        Address::Lid(digits) => Jid::lid(digits.as_str()),
        Address::Group(id) => Jid::group(id.as_str()),
    }
}

/// All addresses among these, each once, in this order.
pub(super) fn aliases<'a>(jids: impl IntoIterator<Item = &'a Jid>) -> Vec<Address> {
    let mut found = Vec::new();
    for address in jids.into_iter().filter_map(address) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// Adds a person's other address, if the library knows it. Asks its memory and the session, never WhatsApp, and takes
/// no lock that a message under way holds.
pub(super) async fn complete(client: &Client, mut addresses: Vec<Address>) -> Vec<Address> {
    let [one] = addresses.as_slice() else { return addresses };
    let entry = match client.get_lid_pn_entry(&jid(one)).await {
        Ok(entry) => entry,
        Err(error) => {
            tracing::warn!(%error, "A person's other address could not be looked up");
            None
        }
    };
    let Some(entry) = entry else { return addresses };
    let other = match one {
        Address::Phone(_) => Some(Jid::lid(&*entry.lid)),
        Address::Lid(_) => Some(Jid::pn(&*entry.phone_number)),
        Address::Group(_) => None,
    };
    addresses.extend(other.as_ref().and_then(address));
    addresses
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parsed(text: &str) -> Jid {
        text.parse().unwrap()
    }

    #[test]
    fn people_and_groups_have_addresses_and_devices_do_not_count() {
        for (text, wanted) in [
            ("12025550100@s.whatsapp.net", Address::Phone("12025550100".into())),
            ("12025550100:7@s.whatsapp.net", Address::Phone("12025550100".into())),
            ("9100@lid", Address::Lid("9100".into())),
            ("9100:99@lid", Address::Lid("9100".into())),
            ("120363021033254949@g.us", Address::Group("120363021033254949".into())),
        ] {
            assert_eq!(address(&parsed(text)), Some(wanted), "{text}");
        }
    }

    #[test]
    fn nothing_else_has() {
        for text in ["status@broadcast", "123@broadcast", "120363@newsletter", "0@s.whatsapp.net"] {
            assert_eq!(address(&parsed(text)), None, "{text}");
        }
    }

    #[test]
    fn addresses_go_both_ways() {
        for of in [Address::Phone("12025550100".into()), Address::Lid("9100".into()), Address::Group("1-2".into())] {
            assert_eq!(address(&jid(&of)), Some(of));
        }
    }

    #[test]
    fn aliases_come_once_and_in_order() {
        let jids = ["9100:3@lid", "12025550100@s.whatsapp.net", "9100@lid", "status@broadcast"].map(parsed);
        assert_eq!(aliases(&jids), [Address::Lid("9100".into()), Address::Phone("12025550100".into())]);
    }
}

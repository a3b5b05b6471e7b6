//! usync: who is on WhatsApp, what their LID is, which devices they have.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use super::{Answer, MALFORMED};
use crate::pairing::key_index_list;
use crate::wire::stanza::{self, children, content, empty, jid, leaf};
use crate::world::{Address, Form, Phone, UserId, World};

/// What a client may ask about a user. The last ones have nothing to tell: a phone has no picture, status or business.
const PROTOCOLS: [&str; 8] =
    ["contact", "lid", "devices", "business", "picture", "status", "disappearing_mode", "username"];

pub(super) fn answer(world: &mut World, _: Address, request: &Node) -> Answer {
    let usync = request.get_optional_child("usync").ok_or(MALFORMED)?;
    let query = usync.get_optional_child("query").map(children).unwrap_or_default();
    let wanted: Vec<&str> = query.iter().map(|protocol| protocol.tag.as_ref()).collect();
    if !wanted.iter().all(|protocol| PROTOCOLS.contains(protocol)) {
        return Err(MALFORMED);
    }
    let users = usync.get_optional_child("list").map(children).unwrap_or_default();
    let answers: Vec<Node> = users.iter().map(|user| one_user(world, user, &wanted)).collect();
    let result =
        NodeBuilder::new("result").children(query.iter().map(|p| NodeBuilder::new_dynamic(p.tag.to_string()).build()));
    let mut reply = NodeBuilder::new("usync").attr("index", "0").attr("last", "true");
    for key in ["sid", "mode", "context"] {
        if let Some(value) = stanza::text(usync, key) {
            reply = reply.attr(key, value);
        }
    }
    let list = NodeBuilder::new("list").children(answers).build();
    Ok(vec![reply.children([result.build(), list]).build()])
}

/// One `<user>`: asked for by an address, or by a number inside `<contact>`.
fn one_user(world: &mut World, asked: &Node, wanted: &[&str]) -> Node {
    let number = asked.get_optional_child("contact").map(content).map(digits).filter(|digits| !digits.is_empty());
    let by = jid(asked, "jid").or_else(|| number.map(Jid::pn));
    let user = by.as_ref().and_then(|jid| world.resolve(jid)).map(|at| at.user);
    let mut node = NodeBuilder::new("user");
    if let Some(jid) = &by {
        node = node.attr("jid", jid.to_non_ad());
    }
    let by_number = by.as_ref().and_then(Form::of) != Some(Form::Lid);
    let answers: Vec<Node> =
        wanted.iter().filter_map(|protocol| one_protocol(world, user, protocol, by_number)).collect();
    node.children(answers).build()
}

fn one_protocol(world: &mut World, user: Option<UserId>, protocol: &str, by_number: bool) -> Option<Node> {
    let World { phones, rng, .. } = world;
    let phone = user.and_then(|user| phones.get(&user));
    match (protocol, phone) {
        ("contact", phone) => {
            Some(NodeBuilder::new("contact").attr("type", if phone.is_some() { "in" } else { "out" }).build())
        }
        // Somebody asked for by LID gets none back: Baileys warns about it.
        ("lid", Some(phone)) if by_number => Some(NodeBuilder::new("lid").attr("val", phone.jid(Form::Lid)).build()),
        ("devices", Some(phone)) => Some(devices(phone, key_index_list(phone, stanza::now(), rng))),
        ("devices", None) => Some(empty("devices")),
        _ => None,
    }
}

fn devices(phone: &Phone, signed_list: Vec<u8>) -> Node {
    let primary = NodeBuilder::new("device").attr("id", "0").build();
    let linked = phone.devices.iter().map(|(number, device)| {
        NodeBuilder::new("device").attr("id", *number).attr("key-index", device.keys.key_index).build()
    });
    let list = NodeBuilder::new("device-list").children(std::iter::once(primary).chain(linked)).build();
    let mut signed_list = leaf("key-index-list", signed_list);
    signed_list.attrs.insert("ts", stanza::now());
    NodeBuilder::new("devices").children([list, signed_list]).build()
}

fn digits(contact: &[u8]) -> String {
    contact.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect()
}

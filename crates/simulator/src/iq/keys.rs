//! Pre-keys: upload, count, digest, and the fetch that gives each one-time key away once.

use wacore::prekeys::compute_key_bundle_digest;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use super::{Answer, MALFORMED};
use crate::signal::{Bundle, SignedKey, read_key};
use crate::wire::stanza::{child_key, child_number, children, jid, leaf, three_bytes};
use crate::world::{Address, World};

pub(super) fn count(world: &mut World, at: Address, _: &Node) -> Answer {
    let count = world.device(at).map_or(0, |device| device.one_time.len());
    Ok(vec![NodeBuilder::new("count").attr("value", count).build()])
}

pub(super) fn upload(world: &mut World, at: Address, request: &Node) -> Answer {
    let (Some(signed), Some(identity)) =
        (request.get_optional_child("skey").and_then(SignedKey::read), child_key(request, "identity"))
    else {
        return Err(MALFORMED);
    };
    let registration = child_number(request, "registration").ok_or(MALFORMED)?;
    let list = request.get_optional_child("list").map(children).unwrap_or_default();
    let keys: Option<Vec<_>> = list.iter().map(read_key).collect();
    let (keys, device) = (keys.ok_or(MALFORMED)?, world.device(at).ok_or(MALFORMED)?);
    device.keys.signed = signed;
    device.keys.identity = identity;
    device.keys.registration = registration;
    device.one_time.retain(|(id, _)| !keys.iter().any(|(new, _)| new == id));
    device.one_time.extend(keys);
    Ok(Vec::new())
}

pub(super) fn rotate(world: &mut World, at: Address, request: &Node) -> Answer {
    let rotate = request.get_optional_child("rotate").and_then(|rotate| rotate.get_optional_child("skey"));
    let signed = rotate.and_then(SignedKey::read).ok_or(MALFORMED)?;
    world.device(at).ok_or(MALFORMED)?.keys.signed = signed;
    Ok(Vec::new())
}

/// What the server holds of the client's keys, with a hash over it, so that the client can tell whether it is right.
pub(super) fn digest(world: &mut World, at: Address, _: &Node) -> Answer {
    let device = world.device(at).ok_or(404u32)?;
    let publics: Vec<&[u8]> = device.one_time.iter().map(|(_, public)| public.as_slice()).collect();
    let signed = &device.keys.signed;
    let hash = compute_key_bundle_digest(&device.keys.identity, &signed.public, &signed.signature, &publics);
    let ids = device.one_time.iter().map(|(id, _)| leaf("id", three_bytes(*id)));
    let digest = NodeBuilder::new("digest")
        .children([
            leaf("registration", device.keys.registration.to_be_bytes()),
            leaf("type", [5]),
            leaf("identity", device.keys.identity),
            signed.to_node(),
            NodeBuilder::new("list").children(ids).build(),
            leaf("hash", hash),
        ])
        .build();
    Ok(vec![digest])
}

pub(super) fn fetch(world: &mut World, _: Address, request: &Node) -> Answer {
    let users = request.get_optional_child("key").map(children).unwrap_or_default();
    let answers: Vec<Node> = users.iter().filter_map(|user| jid(user, "jid")).map(|jid| one_user(world, jid)).collect();
    Ok(vec![NodeBuilder::new("list").children(answers).build()])
}

fn one_user(world: &mut World, jid: Jid) -> Node {
    let bundle = world.resolve(&jid).and_then(|at| world.take_bundle(at));
    let user = NodeBuilder::new("user").attr("jid", jid);
    let Some((bundle, identity)) = bundle else {
        let error = NodeBuilder::new("error").attr("code", "406").attr("text", "not-acceptable").build();
        return user.children([error]).build();
    };
    let mut children = bundle.to_nodes();
    children.extend(identity.map(|blob| leaf("device-identity", blob)));
    user.children(children).build()
}

impl World {
    /// A bundle of that device's keys, and what proves that a linked device belongs to its account.
    pub fn take_bundle(&mut self, at: Address) -> Option<(Bundle, Option<Vec<u8>>)> {
        let phone = self.phones.get_mut(&at.user)?;
        if at.is_phone() {
            return Some((phone.signal.bundle(&mut self.rng), None));
        }
        let device = phone.devices.get_mut(&at.device)?;
        Some((device.bundle(), Some(device.keys.signed_identity.clone())))
    }
}

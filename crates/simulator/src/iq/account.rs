//! What a client asks about its account at login. There is nothing to tell yet, in the form that clients accept.

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::Answer;
use crate::wire::stanza::{children, empty, text};
use crate::world::{Address, World};

/// An empty result is all that the client waits for.
pub(super) fn nothing(_: &mut World, _: Address, _: &Node) -> Answer {
    Ok(Vec::new())
}

/// Server-side switches: none.
pub(super) fn props(_: &mut World, _: Address, _: &Node) -> Answer {
    Ok(vec![empty("props")])
}

/// Nobody is blocked.
pub(super) fn blocklist(_: &mut World, _: Address, _: &Node) -> Answer {
    Ok(vec![empty("list")])
}

/// Privacy settings: all as they come, so that read receipts are on.
pub(super) fn privacy(_: &mut World, _: Address, _: &Node) -> Answer {
    Ok(vec![empty("privacy")])
}

/// Each collection that was asked for is empty, at version 0.
pub(super) fn app_state(_: &mut World, _: Address, request: &Node) -> Answer {
    let asked = request.get_optional_child("sync").map(children).unwrap_or_default();
    let answers = asked.iter().filter_map(|collection| text(collection, "name"));
    let answers = answers.map(|name| NodeBuilder::new("collection").attr("name", name).attr("version", "0").build());
    Ok(vec![NodeBuilder::new("sync").children(answers).build()])
}

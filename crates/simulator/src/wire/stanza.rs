//! Small readers and writers of nodes. Content always goes out as bytes: some clients take a token there for a string.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node, NodeContent, OwnedNodeRef};

/// The server's own address; a plain string, as clients expect it.
pub const SERVER: &str = "s.whatsapp.net";

/// Decodes a decrypted frame (flag byte, perhaps zlib, node).
///
/// # Errors
/// When the bytes are no node.
pub fn decode(plain: &[u8]) -> wacore_binary::Result<Node> {
    let bytes = wacore_binary::util::unpack(plain)?;
    Ok(OwnedNodeRef::new(bytes.into_owned())?.to_owned_node())
}

/// An attribute as text.
pub fn text(node: &Node, key: &str) -> Option<String> {
    node.attrs.get(key).map(|value| value.as_str().into_owned()).filter(|value| !value.is_empty())
}

/// An attribute as an address.
pub fn jid(node: &Node, key: &str) -> Option<Jid> {
    node.attrs.get(key).and_then(wacore_binary::NodeValue::to_jid)
}

/// The children, none for other content.
pub fn children(node: &Node) -> &[Node] {
    node.children().unwrap_or_default()
}

/// The content's bytes, whichever way it was coded.
pub fn content(node: &Node) -> &[u8] {
    match &node.content {
        Some(NodeContent::Bytes(bytes)) => bytes,
        Some(NodeContent::String(text)) => text.as_bytes(),
        _ => &[],
    }
}

/// The bytes of the child with that tag.
pub fn child<'a>(node: &'a Node, tag: &str) -> Option<&'a [u8]> {
    node.get_optional_child(tag).map(content)
}

/// A child's bytes as a big-endian number of at most four bytes.
pub fn child_number(node: &Node, tag: &str) -> Option<u32> {
    let bytes = child(node, tag)?;
    (bytes.len() <= 4).then(|| bytes.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

/// A child's bytes as a raw key.
pub fn child_key(node: &Node, tag: &str) -> Option<[u8; 32]> {
    child(node, tag)?.try_into().ok()
}

/// `<tag>bytes</tag>`.
pub fn leaf(tag: &'static str, bytes: impl Into<Vec<u8>>) -> Node {
    NodeBuilder::new(tag).bytes(bytes).build()
}

/// `<tag/>`.
pub fn empty(tag: &'static str) -> Node {
    NodeBuilder::new(tag).build()
}

/// The type and contents of a number in three bytes, as key ids are written.
pub fn three_bytes(number: u32) -> Vec<u8> {
    number.to_be_bytes()[1..].to_vec()
}

/// Unix seconds.
pub fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

//! What a linked device has not confirmed. A stanza leaves by receipt, nack or ack only, never by having been sent.

use std::collections::VecDeque;
use std::sync::Arc;

use wacore_binary::Node;

use crate::wire::stanza;

/// What kind of stanza waits, as acks name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Confirmed by a receipt.
    Message,
    /// Confirmed by `<ack class="receipt">`.
    Receipt,
    /// Confirmed by `<ack class="notification">`.
    Notification,
}

/// One stanza in the queue.
pub struct Entry {
    /// Its kind.
    pub class: Class,
    /// Its id; receipts share it with the message they are about.
    pub id: String,
    /// Its type attribute, which tells receipts of one message apart.
    pub kind: Option<String>,
    /// The stanza.
    pub node: Arc<Node>,
    /// Whether it went out on the present connection.
    pub sent: bool,
}

/// The queue of one device, oldest first.
#[derive(Default)]
pub struct Queue {
    entries: VecDeque<Entry>,
}

impl Queue {
    /// Appends a stanza.
    pub fn push(&mut self, class: Class, node: Arc<Node>, sent: bool) {
        let (id, kind) = (stanza::text(&node, "id").unwrap_or_default(), stanza::text(&node, "type"));
        self.entries.push_back(Entry { class, id, kind, node, sent });
    }

    /// Puts a resent message in the place of the copy that could not be read; false when that one has left.
    pub fn replace_message(&mut self, id: &str, node: &Arc<Node>) -> bool {
        let found = self.entries.iter_mut().find(|entry| entry.class == Class::Message && entry.id == id);
        found.map(|entry| entry.node = Arc::clone(node)).is_some()
    }

    /// Takes a confirmed message off.
    pub fn settle_message(&mut self, id: &str) {
        self.remove(|entry| entry.class == Class::Message && entry.id == id);
    }

    /// Takes a confirmed receipt or notification off.
    pub fn settle_other(&mut self, class: Class, id: &str, kind: Option<&str>) {
        self.remove(|entry| entry.class == class && entry.id == id && entry.kind.as_deref() == kind);
    }

    /// Forgets what was sent on an earlier connection: all of it goes again.
    pub fn rewind(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.sent = false);
    }

    /// Marks up to `limit` unsent stanzas as sent and returns them.
    pub fn take_unsent(&mut self, limit: usize) -> Vec<(Class, Arc<Node>)> {
        let unsent = self.entries.iter_mut().filter(|entry| !entry.sent).take(limit);
        unsent
            .map(|entry| {
                entry.sent = true;
                (entry.class, Arc::clone(&entry.node))
            })
            .collect()
    }

    /// Whether there is something that did not go out on the present connection.
    pub fn has_unsent(&self) -> bool {
        self.entries.iter().any(|entry| !entry.sent)
    }

    /// How many of a kind wait.
    pub fn count(&self, class: Class) -> usize {
        self.entries.iter().filter(|entry| entry.class == class).count()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn remove(&mut self, matches: impl Fn(&Entry) -> bool) {
        if let Some(at) = self.entries.iter().position(matches) {
            self.entries.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wacore_binary::builder::NodeBuilder;

    fn node(tag: &'static str, id: &str, kind: &str) -> Arc<Node> {
        Arc::new(NodeBuilder::new(tag).attr("id", id).attr("type", kind).build())
    }

    #[test]
    fn a_stanza_stays_until_it_is_confirmed() {
        let mut queue = Queue::default();
        queue.push(Class::Message, node("message", "1", "text"), false);
        queue.push(Class::Receipt, node("receipt", "1", "read"), false);
        assert_eq!(queue.take_unsent(9).len(), 2);
        assert!(!queue.has_unsent());
        queue.rewind();
        assert_eq!(queue.take_unsent(1).len(), 1, "all goes again on the next connection");
        queue.settle_message("1");
        queue.settle_other(Class::Receipt, "1", None);
        assert_eq!(
            (queue.len(), queue.count(Class::Receipt)),
            (1, 1),
            "another kind of receipt is confirmed by its own ack"
        );
        queue.settle_other(Class::Receipt, "1", Some("read"));
        assert!(queue.is_empty());
    }

    #[test]
    fn a_resend_takes_the_place_of_the_damaged_copy() {
        let mut queue = Queue::default();
        queue.push(Class::Message, node("message", "1", "text"), true);
        assert!(queue.replace_message("1", &node("message", "1", "again")));
        queue.rewind();
        let sent = queue.take_unsent(9);
        assert_eq!(stanza::text(&sent[0].1, "type").as_deref(), Some("again"));
        assert!(!queue.replace_message("2", &node("message", "2", "text")));
    }
}

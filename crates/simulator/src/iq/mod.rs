//! What clients ask the server. One table; a request that is not in it is listed as unknown and answered emptily, so
//! that the client goes on while the test fails.

mod account;
mod keys;
mod usync;

use std::time::Duration;

use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use crate::wire::stanza::{self, SERVER};
use crate::world::{Address, LinkId, World};

/// The children of the result, or the code of an error.
pub(crate) type Answer = Result<Vec<Node>, u32>;
/// How long a client that has logged itself out stays connected.
const AFTER_LOGOUT: Duration = Duration::from_millis(100);

/// The code for a request that cannot be read. It is listed as unknown, too.
const MALFORMED: u32 = 400;

type Handler = fn(&mut World, Address, &Node) -> Answer;

/// `(xmlns, tag of the first child)`; a request without a child has `""`.
const TABLE: &[(&str, &str, Handler)] = &[
    ("abt", "props", account::props),
    ("blocklist", "", account::blocklist),
    ("encrypt", "count", keys::count),
    ("encrypt", "digest", keys::digest),
    ("encrypt", "key", keys::fetch),
    ("encrypt", "registration", keys::upload),
    ("encrypt", "rotate", keys::rotate),
    ("passive", "passive", account::nothing),
    ("privacy", "privacy", account::privacy),
    ("privacy", "tokens", account::nothing),
    ("urn:xmpp:whatsapp:dirty", "clean", account::nothing),
    ("usync", "usync", usync::answer),
    ("w", "props", account::props),
    ("w:p", "", account::nothing),
    ("w:p", "ping", account::nothing),
    ("w:sync:app:state", "sync", account::app_state),
];

impl World {
    /// Answers a request.
    pub fn handle_iq(&mut self, id: LinkId, node: &Node) {
        if matches!(stanza::text(node, "type").as_deref(), Some("result" | "error")) {
            return;
        }
        let xmlns = stanza::text(node, "xmlns").unwrap_or_default();
        let child = stanza::children(node).first().map_or("", |child| child.tag.as_ref());
        let at = self.online(id);
        match (xmlns.as_str(), child, at) {
            ("passive", "active", Some(at)) => {
                self.reply(id, node, Ok(Vec::new()));
                self.activate(id, at);
            }
            ("md", "remove-companion-device", Some(at)) => {
                self.reply(id, node, Ok(Vec::new()));
                // A client that is thrown out in the same breath takes its own logout for a failed one.
                self.later(AFTER_LOGOUT, move |world| world.log_out(at));
            }
            ("w:p", "" | "ping", None) => self.reply(id, node, Ok(Vec::new())),
            (_, _, Some(at)) if let Some(handler) = lookup(&xmlns, child) => {
                let answer = handler(self, at, node);
                if let Err(code) = answer
                    && code == MALFORMED
                {
                    self.record_unknown(
                        id,
                        node,
                        "the request is malformed, or asks for more than the simulator knows",
                    );
                }
                self.reply(id, node, answer);
            }
            _ => {
                self.record_unknown(id, node, "no such request");
                self.reply(id, node, Ok(Vec::new()));
            }
        }
    }

    pub(crate) fn reply(&self, id: LinkId, request: &Node, answer: Answer) {
        let mut reply = NodeBuilder::new("iq")
            .attr("from", SERVER)
            .attr("id", stanza::text(request, "id").unwrap_or_default())
            .attr("t", stanza::now());
        match answer {
            Ok(children) if children.is_empty() => reply = reply.attr("type", "result"),
            Ok(children) => reply = reply.attr("type", "result").children(children),
            Err(code) => {
                let error = NodeBuilder::new("error").attr("code", code).attr("text", "bad-request").build();
                reply = reply.attr("type", "error").children([error]);
            }
        }
        self.send(id, reply.build());
    }
}

fn lookup(xmlns: &str, child: &str) -> Option<Handler> {
    TABLE.iter().find(|(x, c, _)| *x == xmlns && *c == child).map(|(_, _, handler)| *handler)
}

//! Typing and presence: said once, to who is there.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, Node};

use crate::time::rfc3339_now;
use crate::wire::stanza::{children, jid, text};
use crate::world::{Address, Event, Form, UserId, World};

/// What somebody does with the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Typing {
    /// Types.
    Composing,
    /// Records a voice note.
    Recording,
    /// Stopped.
    Paused,
}

impl World {
    /// A client types: the recipient's phone notes it, the recipient's linked devices are told.
    pub fn handle_chatstate(&mut self, at: Address, node: &Node) {
        let Some(to) = jid(node, "to") else { return };
        let (Some(target), Some(form), Some(state)) = (self.resolve(&to), Form::of(&to), read(node)) else { return };
        self.types(at, target.user, form, state);
    }

    /// A phone types.
    pub fn phone_types(&mut self, from: UserId, to: UserId, state: Typing) {
        let Some(form) = self.phones.get(&from).map(|phone| phone.options.form) else { return };
        self.types(Address::phone(from), to, form, state);
    }

    fn types(&mut self, from: Address, to: UserId, form: Form, state: Typing) {
        let (Some(sender), Some(number)) =
            (self.jid(from, form), self.phones.get(&from.user).map(|phone| phone.e164()))
        else {
            return;
        };
        let Some(target) = self.phones.get_mut(&to) else { return };
        target.typing.push(Event {
            from: number,
            device: from.device,
            message_id: None,
            kind: name(state).to_owned(),
            at: rfc3339_now(),
        });
        let devices: Vec<u16> = target.devices.keys().copied().collect();
        for device in devices {
            self.send_live(Address { user: to, device }, chatstate(&sender, state));
        }
    }

    /// A client says that it is there, or asks when somebody is: noted by nobody so far.
    pub fn handle_presence(&mut self, at: Address, node: &Node) {
        tracing::debug!(device = at.device, kind = text(node, "type"), "a client tells its presence");
    }
}

fn read(node: &Node) -> Option<Typing> {
    let child = children(node).first()?;
    match child.tag.as_ref() {
        "composing" if text(child, "media").as_deref() == Some("audio") => Some(Typing::Recording),
        "composing" => Some(Typing::Composing),
        "paused" => Some(Typing::Paused),
        _ => None,
    }
}

fn chatstate(from: &Jid, state: Typing) -> Node {
    let child = match state {
        Typing::Composing => NodeBuilder::new("composing").build(),
        Typing::Recording => NodeBuilder::new("composing").attr("media", "audio").build(),
        Typing::Paused => NodeBuilder::new("paused").build(),
    };
    NodeBuilder::new("chatstate").attr("from", from).children([child]).build()
}

fn name(state: Typing) -> &'static str {
    match state {
        Typing::Composing => "composing",
        Typing::Recording => "recording",
        Typing::Paused => "paused",
    }
}

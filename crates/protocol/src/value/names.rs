//! What the wire calls the domain's kinds and states.

use serde::Serialize;
use utoipa::ToSchema;

// A literal is taken as a token tree, for utoipa does not see through a captured literal.

/// An enum of the wire that mirrors one of the domain. The match is exhaustive: what the domain gains has to be named here.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident of $of:path { $($(#[$vdoc:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every one, by its name.
            pub const ALL: &[(&'static str, Self)] = &[$(($text, Self::$variant)),+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl From<$of> for $name {
            fn from(value: $of) -> Self {
                use $of as Of;
                match value { $(Of::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $of {
            fn from(value: $name) -> Self {
                use $of as Of;
                match value { $($name::$variant => Of::$variant),+ }
            }
        }
    };
}

/// An enum that only the wire has.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every one, by its name.
            pub const ALL: &[(&'static str, Self)] = &[$(($text, Self::$variant)),+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

mirror!(
    /// What a message is. What can't be shown yet is `unsupported`, never dropped.
    MessageType of domain::MessageKind {
        /// Text.
        Text = "text",
        /// A picture.
        Image = "image",
        /// A film.
        Video = "video",
        /// A sound file.
        Audio = "audio",
        /// A voice note.
        Voice = "voice",
        /// A file.
        Document = "document",
        /// A sticker.
        Sticker = "sticker",
        /// A place.
        Location = "location",
        /// Somebody's card.
        Contact = "contact",
        /// A poll.
        Poll = "poll",
        /// Buttons and lists of a business.
        Interactive = "interactive",
        /// An approved text of a business.
        Template = "template",
        /// A call.
        Call = "call",
        /// Something that happened to the chat.
        System = "system",
        /// Stored whole, can't be shown.
        Unsupported = "unsupported",
    }
);

mirror!(
    /// How far a message has come: rises `queued < sent < delivered < read < played` and never falls; `failed` only for
    /// what was never delivered.
    DeliveryStatus of domain::DeliveryStatus {
        /// Stored, waiting for its turn.
        Queued = "queued",
        /// WhatsApp's server has it.
        Sent = "sent",
        /// The other phone has it.
        Delivered = "delivered",
        /// It was seen.
        Read = "read",
        /// A voice note was played.
        Played = "played",
        /// It can't be sent.
        Failed = "failed",
    }
);

mirror!(
    /// Where the link between an account and WhatsApp stands.
    ConnectionState of domain::ConnectionState {
        /// Switched off, or never started.
        Disconnected = "disconnected",
        /// On its way up for the first time since it was asked to.
        Connecting = "connecting",
        /// Shows a QR code and waits for a phone to scan it.
        Qr = "qr",
        /// Shows a pairing code and waits for it to be typed on the phone.
        PairingCode = "pairing_code",
        /// WhatsApp asks for a passkey.
        Passkey = "passkey",
        /// Up: messages flow.
        Open = "open",
        /// Was up and comes back by itself.
        Reconnecting = "reconnecting",
        /// Up, but WhatsApp holds it back.
        Restricted = "restricted",
        /// WhatsApp no longer takes this client's version.
        ClientOutdated = "client_outdated",
        /// The link was ended; it has to be linked anew.
        LoggedOut = "logged_out",
    }
);

mirror!(
    /// Who wrote an outgoing message.
    Origin of domain::Origin {
        /// A user of Switchboard.
        User = "user",
        /// A server with an API key.
        Api = "api",
        /// The account's own phone, or another device of its.
        Phone = "phone",
    }
);

mirror!(
    /// With whom a chat is.
    ConversationKind of domain::ConversationKind {
        /// One person.
        Direct = "direct",
        /// A group.
        Group = "group",
    }
);

mirror!(
    /// What brings an account's messages.
    ProviderKind of domain::ProviderKind {
        /// A linked device, as WhatsApp Web is one.
        Web = "web",
        /// Meta's Cloud API.
        Cloud = "cloud",
        /// Invented customers that answer.
        Demo = "demo",
    }
);

mirror!(
    /// What a user may manage. No role reads another's messages.
    Role of domain::Role {
        /// Manages users and accounts.
        Admin = "admin",
        /// Has accounts of their own and those they were let into.
        User = "user",
    }
);

named!(
    /// A user's standing with one account.
    Access {
        /// Made the account, or was given it.
        Owner = "owner",
        /// Was let in.
        Member = "member",
        /// Sees nothing of it.
        None = "none",
    }
);

impl From<Option<domain::Access>> for Access {
    fn from(access: Option<domain::Access>) -> Self {
        match access {
            Some(domain::Access::Owner) => Self::Owner,
            Some(domain::Access::Member) => Self::Member,
            None => Self::None,
        }
    }
}

named!(
    /// Whether somebody is writing.
    TypingState {
        /// Types.
        Composing = "composing",
        /// Records a voice note.
        Recording = "recording",
        /// Stopped.
        Paused = "paused",
    }
);

named!(
    /// How a phone is to be linked.
    LinkMethod {
        /// By scanning a QR code.
        Qr = "qr",
        /// By typing a pairing code on the phone.
        Code = "code",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! named_as_in_the_domain {
        ($($name:ident: $of:path),+ $(,)?) => {
            $(for (text, value) in $name::ALL {
                use $of as Of;
                assert_eq!(Of::from(*value).as_str(), *text);
                assert_eq!($name::from(Of::from(*value)), *value);
                assert_eq!(serde_json::to_value(value).ok(), Some((*text).into()));
            })+
        };
    }

    #[test]
    fn names_are_the_domains() {
        named_as_in_the_domain!(
            MessageType: domain::MessageKind,
            DeliveryStatus: domain::DeliveryStatus,
            ConnectionState: domain::ConnectionState,
            Origin: domain::Origin,
            ConversationKind: domain::ConversationKind,
            ProviderKind: domain::ProviderKind,
            Role: domain::Role,
        );
    }
}

//! The table of error codes.

use serde::Serialize;
use utoipa::ToSchema;

// The name is taken as a token tree, for utoipa does not see through a captured literal.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:tt, $status:literal, $sentence:literal;)+) => {
        /// Why something was refused. The same codes in events, acknowledgements and HTTP.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
        pub enum ErrorCode { $($(#[doc = $doc])+ #[serde(rename = $name)] $variant),+ }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The code of that name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            /// The status of an HTTP answer with this code.
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// The sentence that is told when nobody has a better one.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence),+ }
            }

            /// What the code means, for the published table.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),+ }
            }
        }
    };
}

codes! {
    /// No token was given.
    TokenMissing = "token_missing", 401, "Authentication failed: the token is missing";
    /// The token is malformed, or its signature, issuer or audience is wrong.
    TokenInvalid = "token_invalid", 401, "Authentication failed: the token is not valid";
    /// The token's time is over.
    TokenExpired = "token_expired", 401, "Authentication has expired: sign in again";
    /// The token is for another user than the one named, or than the socket's.
    UserMismatch = "user_mismatch", 403, "Authentication failed: the token is for another user";
    /// Nobody of that id is a user here.
    UserUnknown = "user_unknown", 401, "Authentication failed: the user is not known";
    /// The user was disabled.
    UserDisabled = "user_disabled", 403, "Authentication failed: the user is disabled";
    /// Nobody has signed in.
    Unauthenticated = "unauthenticated", 401, "Not authenticated";
    /// There is no such event.
    UnknownEvent = "unknown_event", 400, "There is no such event";
    /// A key is missing or mistyped; `field` names it.
    BadPayload = "bad_payload", 400, "The data is not as expected";
    /// More data than is taken at once.
    PayloadTooLarge = "payload_too_large", 413, "The data is too large";
    /// It does not exist, or the user may not see it.
    NotFound = "not_found", 404, "Not found";
    /// The user may see it and not do this.
    Forbidden = "forbidden", 403, "You may not do this";
    /// It contradicts what is there.
    Conflict = "conflict", 409, "This contradicts what is there";
    /// Too much in too little time; `retryAfterMs` says when to go on.
    RateLimited = "rate_limited", 429, "Too many requests: wait a moment";
    /// The store can't write now.
    Unavailable = "unavailable", 503, "The server can't store anything now: try again in a moment";
    /// The server is going down, and comes back.
    ShuttingDown = "shutting_down", 503, "The server is restarting: try again in a moment";
    /// An error of the server. Details are in its log only.
    Internal = "internal", 500, "Something went wrong in the server";
    /// There is no account to send from, or it is logged out or was never linked.
    AccountNotLinked = "account_not_linked", 409, "WhatsApp is not linked: link a phone first";
    /// The recipient is no phone number and no chat.
    RecipientInvalid = "recipient_invalid", 422, "The recipient is not a phone number with its country code";
    /// WhatsApp knows nobody under this number.
    RecipientNotOnWhatsapp = "recipient_not_on_whatsapp", 422, "The recipient is not on WhatsApp";
    /// There is nothing to send.
    MessageEmpty = "message_empty", 422, "The message is empty";
    /// The text is longer than WhatsApp takes.
    MessageTooLong = "message_too_long", 422, "The message is longer than 65,536 characters";
    /// There is no such media, or it is not the sender's.
    MediaNotFound = "media_not_found", 422, "The file was not found: upload it again";
    /// WhatsApp does not take this kind or size of media.
    MediaRejected = "media_rejected", 422, "WhatsApp does not take this file";
    /// This account's provider can't do it.
    NotSupported = "not_supported", 422, "This account can't do this";
    /// The client id was used for another message.
    IdempotencyConflict = "idempotency_conflict", 409, "This clientId was used for another message";
    /// The customer's last message is too long ago; only templates may be sent.
    WindowClosed = "window_closed", 409, "The customer's last message is more than 24 hours ago: only a template can be sent";
    /// WhatsApp holds the account back.
    Restricted = "restricted", 409, "WhatsApp restricts this account for now";
    /// WhatsApp refused it; its own code is in `providerCode`.
    Rejected = "rejected", 422, "WhatsApp refused the message";
    /// It waited too long to be sent.
    Expired = "expired", 409, "The message waited too long and was not sent";
}

impl ErrorCode {
    /// Whether the very same, sent again in a moment, may succeed without anybody doing anything.
    #[must_use]
    pub const fn retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable | Self::ShuttingDown)
    }

    /// Whether it is about who the user is. Only these may say "auth" in their sentence: clients in the field sign out
    /// on that word.
    #[must_use]
    pub const fn is_authentication(self) -> bool {
        matches!(
            self,
            Self::TokenMissing
                | Self::TokenInvalid
                | Self::TokenExpired
                | Self::UserMismatch
                | Self::UserUnknown
                | Self::UserDisabled
                | Self::Unauthenticated
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_authentication_says_auth() {
        for code in ErrorCode::ALL {
            let says = code.sentence().to_ascii_lowercase().contains("auth");
            assert_eq!(says, code.is_authentication(), "{}", code.as_str());
        }
        assert_eq!(ErrorCode::Unauthenticated.sentence(), "Not authenticated");
    }

    #[test]
    fn names_go_both_ways_and_are_told_so() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(*code));
            assert_eq!(serde_json::to_value(code).ok(), Some(code.as_str().into()));
            assert!(!code.meaning().is_empty());
        }
    }
}

//! `authenticate`: says who the socket's user is.

use super::MAX_TOKEN;
use crate::{
    BadPayload,
    payload::{self, Field},
};
use domain::UserId;
use serde_json::value::RawValue;
use utoipa::{
    ToSchema,
    openapi::schema::{ObjectBuilder, Schema, SchemaType, Type},
};

/// Signs the socket in. Answered by `authenticated` or `auth_error`; after an `auth_error` the client may try again.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct Authenticate {
    /// A JWT. Without one (absent, null or empty) the answer is `token_missing`.
    #[schema(value_type = String, max_length = 16384)]
    pub token: Option<String>,
    /// The user whom the token is for; a number counts as its digits.
    #[schema(schema_with = string_or_number)]
    pub user_id: UserId,
}

impl Authenticate {
    /// Reads the event's data.
    pub fn parse(data: Option<&RawValue>) -> Result<Self, BadPayload> {
        let [token, user_id] = payload::object(payload::text(data), ["token", "userId"])?;
        Ok(Self { token: read_token(token)?, user_id: user_id.user_id()? })
    }

    /// Reads the data of a handshake, `{ token }`. An absent, null or empty token means that there is none: the client
    /// signs in with the event.
    pub fn parse_handshake(auth: Option<&RawValue>) -> Result<Option<String>, BadPayload> {
        let [token] = payload::object(payload::text(auth), ["token"])?;
        read_token(token)
    }
}

fn read_token(field: Field<'_>) -> Result<Option<String>, BadPayload> {
    Ok(field.optional_text(MAX_TOKEN)?.filter(|token| !token.is_empty()))
}

/// A token doesn't belong in a log.
impl std::fmt::Debug for Authenticate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authenticate").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

fn string_or_number() -> Schema {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Integer]))
        .description(Some("The user whom the token is for; a number counts as its digits."))
        .into()
}

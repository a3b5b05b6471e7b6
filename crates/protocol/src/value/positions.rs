//! Where the sequences of a user's accounts stand.

use domain::{AccountId, Position};
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{AdditionalProperties, ObjectBuilder, Type},
    },
};

use super::Id;

/// The position of every account that a user may see: `{ accountId: "<epoch>.<seq>" }`. A client keeps them and sends
/// them back to get what it missed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Positions(pub Vec<(AccountId, Position)>);

impl Serialize for Positions {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(account, position)| (Id::from(*account), position.to_string())))
    }
}

impl ToSchema for Positions {}

impl PartialSchema for Positions {
    fn schema() -> RefOr<Schema> {
        let position = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^\d+\.\d+$"));
        ObjectBuilder::new()
            .description(Some(
                "The position of every account that the user may see: `{ accountId: \"<epoch>.<seq>\" }`. \
                 A client keeps them and sends them back to get what it missed.",
            ))
            .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(position.into()))))
            .into()
    }
}

//! The published schema: one OpenAPI 3.1 document with every event, command, body and code. Clients are generated from it.

use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

/// One schema with its name and those it refers to.
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) schema: RefOr<Schema>,
    pub(crate) nested: Vec<(String, RefOr<Schema>)>,
}

/// The component of a type.
pub(crate) fn component<T: ToSchema>() -> Component {
    let mut nested = Vec::new();
    T::schemas(&mut nested);
    Component { name: T::name().into_owned(), schema: T::schema(), nested }
}

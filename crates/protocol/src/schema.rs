//! The published schema: one OpenAPI 3.1 document with every event, command, body and code. Clients are generated from it.
//!
//! OpenAPI knows no sockets, so the events are told twice over from the same lists: the extension `x-socket-events` says
//! what each is, and the objects `ClientToServerEvents` and `ServerToClientEvents` have a property an event, from which
//! a generator makes a typed map.

use crate::{ClientEvent, ErrorBody, ErrorCode, Problem, ServerEvent, event::Order, http};
use serde_json::{Map, Value, json};
use utoipa::{
    ToSchema,
    openapi::{ComponentsBuilder, InfoBuilder, OpenApiBuilder, Ref, RefOr, Schema, schema::ObjectBuilder},
};

/// Where the document is kept, from the root of the repository.
pub const PATH: &str = "docs/schema/switchboard.json";

/// One schema with its name and those it refers to.
pub(crate) struct Component {
    name: String,
    schema: RefOr<Schema>,
    nested: Vec<(String, RefOr<Schema>)>,
}

impl Component {
    fn reference(&self) -> Ref {
        Ref::from_schema_name(&self.name)
    }
}

/// The component of a type.
pub(crate) fn component<T: ToSchema>() -> Component {
    let mut nested = Vec::new();
    T::schemas(&mut nested);
    Component { name: T::name().into_owned(), schema: T::schema(), nested }
}

/// The document: pretty JSON with sorted keys and a newline at its end, the same in every build.
#[must_use]
pub fn document() -> String {
    let document = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Switchboard")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some("WhatsApp for the users of an ERP, in real time: what goes over the wire.")),
        )
        .components(Some(components().build()))
        .build();
    let mut document = serde_json::to_value(document).expect("a document of strings and numbers has JSON");
    document["x-socket-events"] = json!({
        "clientToServer": client_events(),
        "serverToClient": server_events(),
        "refusal": component::<ErrorBody>().reference(),
    });
    document["x-error-codes"] = error_codes();
    // Another crate of the build may have switched on a feature that keeps insertion order.
    document.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&document).expect("a JSON value has JSON");
    text.push('\n');
    text
}

fn components() -> ComponentsBuilder {
    let commands = ClientEvent::ALL.iter().flat_map(|event| {
        let (data, result) = event.components();
        [data, result]
    });
    let events = ServerEvent::LIST.iter().map(|(_, _, payload)| payload());
    let all = commands.chain(events).chain(bodies());
    all.fold(ComponentsBuilder::new(), |components, component| {
        components.schemas_from_iter(component.nested).schema(component.name, component.schema)
    })
    .schema("ClientToServerEvents", client_map())
    .schema("ServerToClientEvents", server_map())
}

fn bodies() -> Vec<Component> {
    vec![
        component::<ErrorBody>(),
        component::<Problem>(),
        component::<http::Register>(),
        component::<http::Login>(),
        component::<http::Session>(),
        component::<http::User>(),
        component::<http::CreateAccount>(),
        component::<http::Account>(),
        component::<http::AccountList>(),
        component::<http::Member>(),
        component::<http::MemberList>(),
    ]
}

fn client_map() -> ObjectBuilder {
    let map =
        ObjectBuilder::new().description(Some("What clients emit, and the result that the acknowledgement holds."));
    ClientEvent::ALL.iter().fold(map, |map, event| {
        let (data, result) = event.components();
        let both = ObjectBuilder::new()
            .property("data", data.reference())
            .required("data")
            .property("result", result.reference())
            .required("result");
        map.property(event.name(), both).required(event.name())
    })
}

fn server_map() -> ObjectBuilder {
    let map = ObjectBuilder::new().description(Some("What the server emits."));
    ServerEvent::LIST
        .iter()
        .fold(map, |map, (name, _, payload)| map.property(*name, payload().reference()).required(*name))
}

fn client_events() -> Value {
    let entry = |event: &ClientEvent| {
        let (data, result) = event.components();
        (event.name().to_owned(), json!({ "data": data.reference(), "result": result.reference() }))
    };
    Value::Object(ClientEvent::ALL.iter().map(entry).collect())
}

fn server_events() -> Value {
    let entry = |(name, order, payload): &(&str, Order, fn() -> Component)| {
        let sequenced = *order == Order::Sequenced;
        ((*name).to_owned(), json!({ "data": payload().reference(), "sequenced": sequenced }))
    };
    Value::Object(ServerEvent::LIST.iter().map(entry).collect())
}

fn error_codes() -> Value {
    let entry = |code: &ErrorCode| {
        let about = json!({
            "meaning": code.meaning(),
            "message": code.sentence(),
            "httpStatus": code.http_status(),
            "retryable": code.retryable(),
        });
        (code.as_str().to_owned(), about)
    };
    Value::Object(ErrorCode::ALL.iter().map(entry).collect::<Map<_, _>>())
}

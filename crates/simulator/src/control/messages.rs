//! What phones send, have received, and confirm.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use super::body::{Body, OfPhone, find_phone};
use crate::world::{Received, Shared, UserId, World};

/// Kinds of messages that the contract knows and a later issue brings.
const LATER: [&str; 4] = ["media", "reaction", "edit", "revoke"];

pub(super) async fn send(
    State(world): State<Shared>,
    OfPhone(from): OfPhone,
    Body(body): Body<serde_json::Map<String, Value>>,
) -> Result<Json<Value>, Problem> {
    if let Some(kind) = LATER.into_iter().find(|kind| body.contains_key(*kind)) {
        return Err(Problem::not_supported(format!("messages with `{kind}` are not built yet")));
    }
    let field = |name: &str| {
        let value = body.get(name).and_then(Value::as_str).filter(|value| !value.is_empty());
        value.ok_or_else(|| Problem::bad(format!("`{name}` is missing, empty or no string")))
    };
    let (to, text) = (field("to")?, field("text")?);
    let mut world = world.lock();
    let to = find_phone(&world, to, "`to`")?;
    if to == from {
        return Err(Problem::bad("`to` is the phone itself"));
    }
    Ok(Json(json!({ "messageId": world.phone_sends_text(from, to, text) })))
}

pub(super) async fn list(State(world): State<Shared>, OfPhone(user): OfPhone) -> Json<Value> {
    let world = world.lock();
    let items = world.phones.get(&user).map(|phone| phone.received.as_slice()).unwrap_or_default();
    Json(json!({ "items": items }))
}

pub(super) async fn receipts(State(world): State<Shared>, OfPhone(user): OfPhone) -> Json<Value> {
    let world = world.lock();
    let items = world.phones.get(&user).map(|phone| phone.receipts.as_slice()).unwrap_or_default();
    Json(json!({ "items": items }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Confirm {
    to: String,
    message_ids: Vec<String>,
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Delivered,
    Read,
    Played,
}

pub(super) async fn confirm(
    State(world): State<Shared>,
    OfPhone(user): OfPhone,
    Body(confirm): Body<Confirm>,
) -> Result<Json<Value>, Problem> {
    let mut world = world.lock();
    let author = find_phone(&world, &confirm.to, "`to`")?;
    let kind = match confirm.kind {
        Kind::Delivered => "delivered",
        Kind::Read => "read",
        Kind::Played => "played",
    };
    let known = confirm.message_ids.iter().map(|id| find_received(&world, user, author, id).cloned());
    let known: Vec<Received> = known.collect::<Result<_, _>>()?;
    for message in known {
        world.phone_confirms(user, message.sender, &message.addressed_as, &[message.message_id], kind);
    }
    Ok(Json(json!({})))
}

fn find_received<'a>(world: &'a World, user: UserId, author: UserId, id: &str) -> Result<&'a Received, Problem> {
    let phone = world.phones.get(&user);
    let found = phone.and_then(|phone| phone.received.get(*phone.known.get(&(author, id.to_owned()))?));
    found.ok_or_else(|| {
        Problem::not_found(format!("`messageIds` names \"{id}\", which the phone has not received from `to`"))
    })
}

//! People: their phones, the QR codes they scan, their typing.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use super::body::{Body, OfPhone, digits, find_phone};
use crate::messages::Typing;
use crate::pairing::{QrError, TypedCode};
use crate::world::{Form, Phone, PhoneOptions, Shared, UserId};

#[derive(Deserialize)]
pub(super) struct NewPhone {
    phone: String,
    name: String,
    replies: Option<Replies>,
    #[serde(default)]
    reads: bool,
    address: Option<AddressedBy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Replies {
    Echo,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum AddressedBy {
    Phone,
    Lid,
}

pub(super) async fn create(State(world): State<Shared>, Body(new): Body<NewPhone>) -> Result<Json<Value>, Problem> {
    let number = digits(&new.phone, "`phone`")?;
    if new.name.trim().is_empty() {
        return Err(Problem::bad("`name` is empty: clients without a name wait for one"));
    }
    let form = match new.address {
        Some(AddressedBy::Phone) => Form::Phone,
        Some(AddressedBy::Lid) | None => Form::Lid,
    };
    let options =
        PhoneOptions { name: new.name, form, echo: matches!(new.replies, Some(Replies::Echo)), reads: new.reads };
    let mut world = world.lock();
    let user = world
        .add_phone(&number, options)
        .ok_or_else(|| Problem::conflict(format!("`phone` +{number} exists already")))?;
    Ok(Json(world.phones.get(&user).map(describe).unwrap_or_default()))
}

pub(super) async fn list(State(world): State<Shared>) -> Json<Value> {
    let items: Vec<Value> = world.lock().phones.values().map(describe).collect();
    Json(json!({ "items": items }))
}

fn describe(phone: &Phone) -> Value {
    let address = if phone.options.form == Form::Lid { "lid" } else { "phone" };
    json!({
        "phone": phone.e164(),
        "name": phone.options.name,
        "lid": format!("{}@lid", phone.lid),
        "address": address,
        "replies": phone.options.echo.then_some("echo"),
        "reads": phone.options.reads,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Scan {
    qr: Option<String>,
    pairing_code: Option<String>,
}

pub(super) async fn scan(
    State(world): State<Shared>,
    OfPhone(user): OfPhone,
    Body(scan): Body<Scan>,
) -> Result<Json<Value>, Problem> {
    if let Some(code) = scan.pairing_code {
        return type_code(world, user, code).await;
    }
    let qr = scan.qr.ok_or_else(|| Problem::bad("the body has neither `qr` nor `pairingCode`"))?;
    world.lock().scan(user, &qr).map_err(|error| match error {
        QrError::Fields | QrError::Key(_) => Problem::bad(error.to_string()),
        QrError::Expired | QrError::OtherKeys => Problem::conflict(error.to_string()),
    })?;
    Ok(Json(json!({})))
}

/// The key is derived from the code slowly, on purpose; that happens beside the world, not inside its lock.
async fn type_code(world: Shared, user: UserId, code: String) -> Result<Json<Value>, Problem> {
    let wrapped = world
        .lock()
        .companion_of(user)
        .ok_or_else(|| Problem::conflict("no connected client has asked for a pairing code for this phone"))?;
    let typed = tokio::task::spawn_blocking(move || TypedCode::new(&wrapped, &code)).await;
    let typed = typed.ok().flatten().ok_or_else(|| {
        Problem::bad("`pairingCode` is not eight characters of WhatsApp's alphabet (no 0, I, O or U)")
    })?;
    if !world.lock().send_primary_hello(user, typed) {
        return Err(Problem::conflict("the client that asked for the pairing code has gone"));
    }
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
pub(super) struct Types {
    to: String,
    state: Typing,
}

pub(super) async fn types(
    State(world): State<Shared>,
    OfPhone(user): OfPhone,
    Body(types): Body<Types>,
) -> Result<Json<Value>, Problem> {
    let mut world = world.lock();
    let to = find_phone(&world, &types.to, "`to`")?;
    world.phone_types(user, to, types.state);
    Ok(Json(json!({})))
}

pub(super) async fn typing(State(world): State<Shared>, OfPhone(user): OfPhone) -> Json<Value> {
    let world = world.lock();
    let items = world.phones.get(&user).map(|phone| phone.typing.as_slice()).unwrap_or_default();
    Json(json!({ "items": items }))
}

//! What the server sees: linked devices, and requests that nobody here knows.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::time::rfc3339;
use crate::world::{Device, Phone, Shared};

pub(super) async fn list(State(world): State<Shared>) -> Json<Value> {
    let world = world.lock();
    let devices = world
        .phones
        .values()
        .flat_map(|phone| phone.devices.iter().map(move |(number, device)| (phone, number, device)));
    let items: Vec<Value> = devices.map(|(phone, number, device)| describe(phone, *number, device)).collect();
    Json(json!({ "items": items }))
}

fn describe(phone: &Phone, number: u16, device: &Device) -> Value {
    json!({
        "phone": phone.e164(),
        "device": number,
        "connected": device.link.is_some(),
        "ready": device.ready,
        "lastFrame": device.last_frame.map(rfc3339),
        "queue": device.queue.count(crate::world::Class::Message),
        "preKeys": device.one_time.len(),
    })
}

pub(super) async fn unknown(State(world): State<Shared>) -> Json<Value> {
    Json(json!({ "items": world.lock().unknown }))
}

//! Faults: asked for, listed, ended.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use wacore_binary::builder::NodeBuilder;

use super::Problem;
use super::body::{Body, find_phone};
use crate::world::{Address, FaultKind, NewFault, Shared, UserId, World};

/// A fault is surely over this long after its time.
const MARGIN: Duration = Duration::from_millis(20);

#[derive(Deserialize)]
pub(super) struct Ask {
    phone: Option<String>,
    kind: FaultKind,
    seconds: Option<u64>,
    ms: Option<u64>,
    share: Option<f64>,
    seed: Option<u64>,
    count: Option<u32>,
    code: Option<u32>,
    reason: Option<u32>,
    expire: Option<u64>,
}

pub(super) async fn create(State(world): State<Shared>, Body(ask): Body<Ask>) -> Result<Json<Value>, Problem> {
    let mut world = world.lock();
    check(&ask)?;
    let user = ask.phone.as_deref().map(|phone| find_phone(&world, phone, "`phone`")).transpose()?;
    let Ask { kind, seconds, ms, share, seed, count, code, reason, expire, .. } = ask;
    let fault = NewFault { kind, user, seconds, ms, share, seed, count, code, reason, expire };
    if kind.is_momentary() {
        strike_now(&mut world, &fault);
        return Ok(Json(json!({ "id": null })));
    }
    let id = world.faults.add(fault);
    world.weather_changed();
    if let Some(seconds) = seconds {
        world.later(Duration::from_secs(seconds) + MARGIN, settle);
    }
    Ok(Json(json!({ "id": id })))
}

/// What a kind cannot do without, and what makes no sense.
fn check(ask: &Ask) -> Result<(), Problem> {
    let needs = match ask.kind {
        FaultKind::Refuse => ("seconds", ask.seconds.is_some()),
        FaultKind::Delay => ("ms", ask.ms.is_some()),
        FaultKind::Nack | FaultKind::StreamError => ("code", ask.code.is_some()),
        FaultKind::Fail => ("reason", ask.reason.is_some()),
        _ => ("kind", true),
    };
    if let (field, false) = needs {
        return Err(Problem::bad(format!("`{field}` is missing: this kind of fault needs it")));
    }
    if ask.share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return Err(Problem::bad("`share` is not between 0 and 1"));
    }
    if ask.count == Some(0) {
        return Err(Problem::bad("`count` is 0: a fault strikes at least once"));
    }
    Ok(())
}

fn strike_now(world: &mut World, fault: &NewFault) {
    if let (FaultKind::Drop, None) = (fault.kind, fault.user) {
        // Clients that are not linked yet as well.
        return world.links.values().for_each(|link| link.cut());
    }
    for at in devices_of(world, fault.user) {
        let link = world.device(at).and_then(|device| device.link);
        match (fault.kind, link) {
            (FaultKind::LogOut, _) => world.log_out(at),
            (FaultKind::Drop, Some(link)) => world.cut(link),
            (FaultKind::StreamError, Some(link)) => {
                let code = fault.code.unwrap_or(503);
                world.end(link, NodeBuilder::new("stream:error").attr("code", code).build());
            }
            _ => {}
        }
    }
}

fn devices_of(world: &World, user: Option<UserId>) -> Vec<Address> {
    let phones = world.phones.values().filter(|phone| user.is_none_or(|user| phone.id == user));
    phones.flat_map(|phone| phone.devices.keys().map(|device| Address { user: phone.id, device: *device })).collect()
}

pub(super) async fn list(State(world): State<Shared>) -> Json<Value> {
    let world = world.lock();
    let phone = |user: Option<UserId>| user.and_then(|user| Some(world.phones.get(&user)?.e164()));
    let items: Vec<Value> = world
        .faults
        .iter()
        .map(|fault| json!({ "id": fault.id, "kind": fault.asked.kind, "phone": phone(fault.asked.user) }))
        .collect();
    Json(json!({ "items": items }))
}

pub(super) async fn end_all(State(world): State<Shared>) -> Json<Value> {
    let mut world = world.lock();
    world.faults.end(None);
    settle(&mut world);
    Json(json!({}))
}

pub(super) async fn end(State(world): State<Shared>, Path(id): Path<u64>) -> Result<Json<Value>, Problem> {
    let mut world = world.lock();
    if world.faults.end(Some(id)) == 0 {
        return Err(Problem::not_found(format!("there is no fault {id}, or it has ended")));
    }
    settle(&mut world);
    Ok(Json(json!({})))
}

/// What faults held up goes on.
fn settle(world: &mut World) {
    world.weather_changed();
    world.phones_switched_on();
}

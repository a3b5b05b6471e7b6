//! The control API: JSON over HTTP, by which a test plays the people at the other end.

mod accounts;
mod body;
mod faults;
mod messages;
mod phones;
mod problem;

use axum::Router;
use axum::extract::State;
use axum::routing::{delete, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub use problem::Problem;

use crate::world::Shared;

/// All routes.
pub fn router(world: Shared) -> Router {
    Router::new()
        .route("/control/root", get(root))
        .route("/control/phones", get(phones::list).post(phones::create))
        .route("/control/phones/{phone}/scan", post(phones::scan))
        .route("/control/phones/{phone}/messages", get(messages::list).post(messages::send))
        .route("/control/phones/{phone}/receipts", get(messages::receipts).post(messages::confirm))
        .route("/control/phones/{phone}/typing", get(phones::typing).post(phones::types))
        .route("/control/accounts", get(accounts::list))
        .route("/control/unknown", get(accounts::unknown))
        .route("/control/faults", get(faults::list).post(faults::create).delete(faults::end_all))
        .route("/control/faults/{id}", delete(faults::end))
        .route("/control/reset", post(reset))
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .with_state(world)
}

/// The root of the server's certificates, which a client that checks them has to trust.
async fn root(State(world): State<Shared>) -> axum::Json<Value> {
    let root = STANDARD.encode(world.lock().server.root);
    axum::Json(json!({ "root": root }))
}

async fn reset(State(world): State<Shared>) -> axum::Json<Value> {
    world.lock().reset();
    axum::Json(json!({}))
}

async fn no_route(method: axum::http::Method, uri: axum::http::Uri) -> Problem {
    Problem::not_found(format!("the control API has no {method} {}", uri.path()))
}

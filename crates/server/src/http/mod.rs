//! The routes. Every error is a problem document of RFC 9457 with a `code`.
//!
//! To add a route: a file `<resource>/<verb>.rs` with one handler, and a line in the table below.

mod accounts;
mod auth;
mod body;
mod caller;
mod cors;
mod error;
mod health;
mod members;
mod page;
mod path;

pub use caller::SignedIn;
pub use error::ApiError;

use crate::{app::App, metrics};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use http::{HeaderValue, header};
use protocol::ErrorCode;
use std::sync::Arc;
use tower_http::set_header::SetResponseHeaderLayer;

/// The longest body taken, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    let cors = cors::layer(app.config.origins.clone());
    Router::new()
        .nest("/api", api(&app))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(cors)
        .with_state(app)
}

fn api(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/auth/register", post(auth::register))
        .route("/auth/login", post(auth::login))
        .route("/auth/me", get(auth::me))
        .route("/accounts", get(accounts::list).post(accounts::create))
        .route("/accounts/{id}", get(accounts::show))
        .route("/accounts/{id}/status", get(accounts::status))
        .route("/accounts/{id}/connect", post(accounts::connect))
        .route("/accounts/{id}/disconnect", post(accounts::disconnect))
        .route("/accounts/{id}/logout", post(accounts::logout))
        .route("/accounts/{id}/members", get(members::list))
        .route("/accounts/{id}/members/{user}", put(members::add).delete(members::remove))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(middleware::from_fn_with_state(app.clone(), unless_stopping))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

/// While the server goes down nothing new is begun.
async fn unless_stopping(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if app.stopping() { ApiError::from(ErrorCode::ShuttingDown).into_response() } else { next.run(request).await }
}

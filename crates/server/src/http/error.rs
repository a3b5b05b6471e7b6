//! Errors as HTTP tells them.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use protocol::{BadPayload, ErrorBody, ErrorCode, Problem};

/// A refusal, answered as a problem document with the status of its code.
#[derive(Debug)]
pub struct ApiError(pub ErrorBody);

impl From<ErrorBody> for ApiError {
    fn from(error: ErrorBody) -> Self {
        Self(error)
    }
}

impl From<ErrorCode> for ApiError {
    fn from(code: ErrorCode) -> Self {
        Self(code.into())
    }
}

impl From<BadPayload> for ApiError {
    fn from(bad: BadPayload) -> Self {
        Self(bad.into())
    }
}

impl ApiError {
    /// An error of the server: logged here, told as `internal` and no more.
    pub fn internal(error: &anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "A request failed");
        Self(ErrorCode::Internal.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        respond(Problem::from(self.0))
    }
}

/// For everything that is no route.
pub(super) async fn no_such_route() -> ApiError {
    ErrorBody::with_message(ErrorCode::NotFound, "There is no such route").into()
}

/// For a route that takes other methods.
pub(super) async fn no_such_method() -> Response {
    let error = ErrorBody::with_message(ErrorCode::NotFound, "The route does not take this method");
    respond(Problem { status: 405, title: "Method Not Allowed", ..error.into() })
}

fn respond(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(&problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Problem::CONTENT_TYPE));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(wait) = problem.retry_after_ms {
        headers.insert(header::RETRY_AFTER, wait.div_ceil(1000).into());
    }
    response
}

use async_trait::async_trait;
use wacore::net::{HttpClient, HttpRequest, HttpResponse};
use whatsapp_rust::anyhow::Error;

/// The library's HTTP client. Only media and the look-up of the newest version need one; the version is given, history
/// is skipped, and media is not fetched yet.
pub(super) struct NoHttp;

/// Media can't be fetched.
#[derive(Debug, thiserror::Error)]
#[error("media is not fetched yet")]
struct NotYet;

#[async_trait]
impl HttpClient for NoHttp {
    async fn execute(&self, _request: HttpRequest) -> Result<HttpResponse, Error> {
        Err(NotYet.into())
    }
}

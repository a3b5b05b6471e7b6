//! For tests: a whole server on a port of its own, and clients of it.
#![allow(clippy::unwrap_used)]

mod socket;

pub(crate) use socket::{Socket, event};

use crate::{
    app::App,
    config::{Config, Sources},
    serve::Server,
};
use domain::{Clock, SystemClock, User, UserId};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::AddUser;
use tokio::{sync::oneshot, task::JoinHandle};

pub(crate) const PASSWORD: &str = "correct horse";

/// A server that runs until it is dropped or stopped.
pub(crate) struct TestServer {
    pub(crate) app: Arc<App>,
    pub(crate) url: String,
    http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<anyhow::Result<()>>,
    dir: tempfile::TempDir,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[], Arc::new(SystemClock)).await
    }

    pub(crate) async fn start_with(settings: &[(&'static str, &str)], clock: Arc<dyn Clock>) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), settings, clock).await
    }

    async fn start_in(dir: tempfile::TempDir, settings: &[(&'static str, &str)], clock: Arc<dyn Clock>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut sources = Sources::default();
        sources.flags.insert("PORT", "0".into());
        sources.flags.insert("DATA_DIR", dir.path().to_str().unwrap().into());
        sources.flags.extend(settings.iter().map(|(name, text)| (*name, (*text).to_owned())));
        let server = Server::start(Config::from_sources(&sources).unwrap(), clock).await.unwrap();
        let (app, url) = (server.app().clone(), format!("http://{}", server.address()));
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(server.serve(async move {
            let _ = stopped.await;
        }));
        Self { app, url, http: reqwest::Client::new(), stop: Some(stop), served, dir }
    }

    /// Makes a user, past all rules; the one called "admin" is an admin.
    pub(crate) async fn user(&self, id: &str) -> User {
        let user = AddUser {
            id: UserId::new(id).unwrap(),
            email: Some(format!("{id}@x.test")),
            name: id.to_owned(),
            role: if id == "admin" { domain::Role::Admin } else { domain::Role::User },
            password_hash: None,
            first_admin: false,
        };
        self.app.engine().add_user(user).await.unwrap()
    }

    pub(crate) fn token(&self, id: &str, ttl: Duration) -> String {
        self.app.jwt.mint(&UserId::new(id).unwrap(), self.app.now(), ttl).unwrap().0
    }

    /// A demo account of the user, which is up.
    pub(crate) async fn demo(&self, owner: &str) -> String {
        let owner = UserId::new(owner).unwrap();
        let account = self.app.engine().add_account(&owner, domain::ProviderKind::Demo, None).await.unwrap();
        let id = account.id.to_string();
        let command = json!({ "accountId": id }).to_string();
        let command = serde_json::value::RawValue::from_string(command).unwrap();
        let command = protocol::command::ConnectWhatsapp::parse(Some(&command)).unwrap();
        self.app.engine().connect(&owner, &command).await.unwrap();
        id
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().unwrap(), format!("{}{path}", self.url))
    }

    /// Asks in the name of a user; status and body.
    pub(crate) async fn ask(&self, user: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let token = self.token(user, Duration::from_secs(60));
        let request = self.request(method, path).header("Authorization", format!("Bearer {token}"));
        answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// A socket that is signed in.
    pub(crate) async fn signed_in(&self, user: &str) -> Socket {
        let mut socket = Socket::connect(&self.url, None).await;
        socket
            .emit("authenticate", json!({ "token": self.token(user, Duration::from_secs(60)), "userId": user }))
            .await;
        socket.wait("authenticated").await;
        socket
    }

    /// Tells it to stop, waits until it has, and starts another one with the same data and no settings.
    pub(crate) async fn restart(mut self) -> Self {
        drop(self.stop.take());
        self.served.await.unwrap().unwrap();
        Self::start_in(self.dir, &[], self.app.clock.clone()).await
    }
}

/// Status and body, which is null if it is empty.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    if status >= 400 {
        assert_eq!(kind.as_deref(), Some("application/problem+json"), "{text}");
    }
    let body: Value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
    if status >= 400 {
        assert_eq!(body["status"], status, "{body}");
    }
    (status, body)
}

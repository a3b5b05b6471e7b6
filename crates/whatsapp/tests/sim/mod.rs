//! The simulator as a child process, and its control API.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use serde_json::{Value, json};
use std::{
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A running simulator. It is ended when this is dropped.
pub struct Simulator {
    pub web: String,
    control: String,
    http: reqwest::Client,
    log: Arc<Mutex<Vec<String>>>,
    _child: Child,
}

impl Simulator {
    pub async fn start() -> Self {
        let binary = std::env::var("SIMULATOR_BIN").expect(
            "SIMULATOR_BIN must name the simulator's binary: build it with `cargo build -p simulator` and set it to \
             target/debug/simulator",
        );
        let mut child = Command::new(&binary)
            .args(["--listen", "127.0.0.1:0"])
            .env("RUST_LOG", "simulator=debug")
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("SIMULATOR_BIN={binary} can't be started: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await;
        let line = line.expect("the simulator says where it listens").unwrap().expect("it says so before it ends");
        let said: Value = serde_json::from_str(&line).unwrap();
        let field = |name: &str| said[name].as_str().unwrap().to_owned();
        let log = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(follow(child.stderr.take().unwrap(), log.clone()));
        Self { web: field("web"), control: field("control"), http: reqwest::Client::new(), log, _child: child }
    }

    /// What devices said about being online or not, in order, by the simulator's log.
    pub fn presences(&self) -> Vec<&'static str> {
        let told = |line: &String| match line {
            line if !line.contains("presence") => None,
            line if line.contains("\"unavailable\"") => Some("unavailable"),
            line if line.contains("\"available\"") => Some("available"),
            _ => None,
        };
        self.log.lock().unwrap().iter().filter_map(told).collect()
    }

    pub async fn phone(&self, number: &str, more: Value) -> String {
        let mut body = json!({ "phone": number, "name": format!("Phone {number}") });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("phones", body).await["lid"].as_str().unwrap().trim_end_matches("@lid").to_owned()
    }

    pub async fn scan(&self, number: &str, qr: &str) {
        self.post(&format!("phones/{}/scan", path(number)), json!({ "qr": qr })).await;
    }

    /// A phone sends a text; its id is returned.
    pub async fn send(&self, from: &str, to: &str, text: &str) -> String {
        let sent = self.post(&format!("phones/{}/messages", path(from)), json!({ "to": to, "text": text })).await;
        sent["messageId"].as_str().unwrap().to_owned()
    }

    pub async fn of_phone(&self, number: &str, what: &str) -> Vec<Value> {
        self.items(&format!("phones/{}/{what}", path(number))).await
    }

    pub async fn types(&self, from: &str, to: &str, state: &str) {
        self.post(&format!("phones/{}/typing", path(from)), json!({ "to": to, "state": state })).await;
    }

    pub async fn fault(&self, fault: Value) {
        self.post("faults", fault).await;
    }

    pub async fn end_faults(&self) {
        let answer = self.http.delete(format!("{}/control/faults", self.control)).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    pub async fn items(&self, what: &str) -> Vec<Value> {
        let answer = self.http.get(format!("{}/control/{what}", self.control)).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        body["items"].as_array().unwrap_or_else(|| panic!("{what}: {body}")).clone()
    }

    /// Nothing was asked of it that it does not know.
    pub async fn knew_everything(&self) {
        assert_eq!(self.items("unknown").await, Vec::<Value>::new());
    }

    /// Waits until the items of a list satisfy a condition; fails after 30 s with what there is instead.
    pub async fn wait<T>(&self, what: &str, list: &str, find: impl Fn(&[Value]) -> Option<T>) -> T {
        let began = std::time::Instant::now();
        loop {
            let items = self.items(list).await;
            if let Some(found) = find(&items) {
                return found;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "waited in vain for {what}; {list} has {items:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn post(&self, what: &str, body: Value) -> Value {
        let answer = self.http.post(format!("{}/control/{what}", self.control)).json(&body).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{what} {body}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// Keeps the log, and shows it with a failing test.
async fn follow(stderr: tokio::process::ChildStderr, log: Arc<Mutex<Vec<String>>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        eprintln!("simulator: {line}");
        log.lock().unwrap().push(line);
    }
}

/// A number as the control API wants it in a path.
pub fn path(number: &str) -> String {
    number.replace('+', "%2B")
}

//! A Socket.IO client by long-polling, as small as it can be.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};

const PATIENCE: Duration = Duration::from_secs(20);

/// The packet of an event, with an id if it is to be acknowledged.
pub(crate) fn event(id: Option<u64>, name: &str, data: &Value) -> String {
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    format!("42{id}{}", json!([name, data]))
}

pub(crate) struct Socket {
    http: reqwest::Client,
    url: String,
    waiting: VecDeque<String>,
    next_id: u64,
}

impl Socket {
    /// Opens a session and asks to be connected; what is said to that comes with [`Self::next`].
    pub(crate) async fn open(url: &str, auth: Option<Value>) -> Self {
        let http = reqwest::Client::new();
        let url = format!("{url}/socket.io/?EIO=4&transport=polling");
        let open = http.get(&url).send().await.unwrap().text().await.unwrap();
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        let url = format!("{url}&sid={}", open["sid"].as_str().unwrap());
        let socket = Self { http, url, waiting: VecDeque::new(), next_id: 0 };
        socket.post(format!("40{}", auth.map(|auth| auth.to_string()).unwrap_or_default())).await;
        socket
    }

    pub(crate) async fn connect(url: &str, auth: Option<Value>) -> Self {
        let mut socket = Self::open(url, auth).await;
        let packet = socket.next().await;
        assert!(packet.starts_with("40{"), "{packet}");
        socket
    }

    /// Sends packets in one body.
    pub(crate) async fn post(&self, packets: String) {
        let response = self.http.post(&self.url).body(packets).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }

    pub(crate) async fn emit(&self, name: &str, data: Value) {
        self.post(event(None, name, &data)).await;
    }

    /// Emits and waits for the acknowledgement; what comes before it is kept.
    pub(crate) async fn ask(&mut self, name: &str, data: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        self.post(event(Some(id), name, &data)).await;
        self.acknowledged(id).await
    }

    /// The acknowledgement of that id.
    pub(crate) async fn acknowledged(&mut self, id: u64) -> Value {
        let head = format!("43{id}[");
        let packet = self.find(|packet| packet.starts_with(&head)).await;
        let answers: Vec<Value> = serde_json::from_str(&packet[head.len() - 1..]).unwrap();
        answers.into_iter().next().unwrap()
    }

    /// The next event of that name, taken out of what came and comes.
    pub(crate) async fn wait(&mut self, name: &str) -> Value {
        let head = format!("42[\"{name}\",");
        let packet = self.find(|packet| packet.starts_with(&head)).await;
        serde_json::from_str::<Vec<Value>>(&packet[2..]).unwrap().pop().unwrap()
    }

    /// Whether an event of that name came and was not taken.
    pub(crate) fn has(&self, name: &str) -> bool {
        let head = format!("42[\"{name}\",");
        self.waiting.iter().any(|packet| packet.starts_with(&head))
    }

    /// Whether something that came and was not taken has this text in it.
    pub(crate) fn heard(&self, text: &str) -> bool {
        self.waiting.iter().any(|packet| packet.contains(text))
    }

    /// The next packet.
    pub(crate) async fn next(&mut self) -> String {
        self.find(|_| true).await
    }

    async fn find(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        tokio::time::timeout(PATIENCE, async {
            let mut seen = 0;
            loop {
                if let Some(at) = (seen..self.waiting.len()).find(|at| wanted(&self.waiting[*at])) {
                    return self.waiting.remove(at).unwrap();
                }
                seen = self.waiting.len();
                self.poll().await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("it did not come; what came: {:?}", self.waiting))
    }

    async fn poll(&mut self) {
        let body = self.http.get(&self.url).send().await.unwrap().text().await.unwrap();
        for packet in body.split('\u{1e}') {
            match packet {
                "2" => self.post("3".into()).await,
                packet => self.waiting.push_back(packet.to_owned()),
            }
        }
    }
}

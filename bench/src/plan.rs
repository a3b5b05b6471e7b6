//! What a load needs to know of a server that was prepared for it: a JSON file between the runner and the generator.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// A prepared server.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plan {
    /// Where the server listens.
    pub(crate) address: SocketAddr,
    pub(crate) users: Vec<User>,
    pub(crate) senders: Vec<Sender>,
}

/// One who signs in with one socket.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) user_id: String,
    pub(crate) token: String,
    /// The one account that this user sees.
    pub(crate) account_id: String,
}

/// One of the users, who writes to a customer who stays silent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sender {
    /// The position in `users`.
    pub(crate) user: usize,
    /// The customer's number. The conversation is the one that the first send is answered with.
    pub(crate) to: String,
}

impl Plan {
    /// Reads a plan and checks that its parts fit together.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let text = fs::read(path).with_context(|| format!("cannot read the plan {name}"))?;
        let plan: Self = serde_json::from_slice(&text).with_context(|| format!("{name} is no plan"))?;
        ensure!(!plan.users.is_empty(), "{name} has no users");
        let known = plan.senders.iter().all(|sender| sender.user < plan.users.len());
        ensure!(known, "{name} has a sender who is none of its users");
        Ok(plan)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        fs::write(path, text).with_context(|| format!("cannot write the plan {}", path.display()))
    }
}

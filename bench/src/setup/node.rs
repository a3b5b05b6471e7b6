//! Preparing the Node peer: a file that it reads at its start.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::user_id;
use crate::plan::Plan;
use crate::shape::Shape;

/// Writes the accounts and members that the peer begins with.
pub(crate) fn write_seed(path: &Path, shape: Shape) -> Result<()> {
    let account = |account: usize| {
        let members = account * shape.users..(account + 1) * shape.users;
        let members: Vec<String> = members.map(user_id).collect();
        json!({ "id": account_id(account), "members": members })
    };
    let seed: Value = (0..shape.accounts).map(account).collect();
    fs::write(path, seed.to_string()).with_context(|| format!("cannot write {}", path.display()))
}

/// The plan of a peer that was started with that file.
pub(crate) fn plan(address: SocketAddr, shape: Shape) -> Result<Plan> {
    let accounts: Vec<String> = (0..shape.accounts).map(account_id).collect();
    super::plan(address, shape, &accounts)
}

/// As long as Switchboard's ids, so that the payloads are as long.
fn account_id(account: usize) -> String {
    format!("00000000-0000-7000-8000-{account:012}")
}

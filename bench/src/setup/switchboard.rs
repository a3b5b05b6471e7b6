//! Preparing Switchboard over its own HTTP: an admin, demo accounts, and users who come into being with their first token.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{JWT_SECRET, token, user_id};
use crate::http::Http;
use crate::plan::Plan;
use crate::shape::Shape;

/// What the server's environment must hold besides its address and data folder. The limits stay on, out of reach.
pub(crate) const ENVIRONMENT: [(&str, &str); 5] = [
    ("JWT_SECRET", JWT_SECRET),
    ("JWT_PROVISION_USERS", "true"),
    ("RATE_LIMIT_EVENTS", "1000000000/s"),
    ("RATE_LIMIT_MESSAGES", "1000000000/s"),
    ("RATE_LIMIT_LOGINS", "1000000000/s"),
];

/// Makes what `shape` asks for on a fresh server at `address`.
pub(crate) fn prepare(address: SocketAddr, shape: Shape) -> Result<Plan> {
    let mut http = Http::connect(address)?;
    let admin = register_admin(&mut http)?;
    let accounts: Vec<String> =
        (0..shape.accounts).map(|_| create_account(&mut http, &admin)).collect::<Result<_>>()?;
    for user in 0..shape.all_users() {
        http.request("GET", "/api/auth/me", Some(&token(user)?), &Value::Null)?;
        let account = &accounts[shape.account_of(user)];
        let path = format!("/api/accounts/{account}/members/{}", user_id(user));
        http.request("PUT", &path, Some(&admin), &Value::Null)?;
    }
    super::plan(address, shape, &accounts)
}

fn register_admin(http: &mut Http) -> Result<String> {
    let body = json!({ "email": "bench@example.com", "name": "Bench", "password": "a password for the bench" });
    let answer = http.request("POST", "/api/auth/register", None, &body)?;
    string(&answer, "token")
}

fn create_account(http: &mut Http, admin: &str) -> Result<String> {
    let answer = http.request("POST", "/api/accounts", Some(admin), &json!({ "provider": "demo" }))?;
    let id = string(&answer, "id")?;
    http.request("POST", &format!("/api/accounts/{id}/connect"), Some(admin), &Value::Null)?;
    Ok(id)
}

fn string(answer: &Value, key: &str) -> Result<String> {
    let text = answer[key].as_str();
    text.map(str::to_owned).with_context(|| format!("the answer has no {key}: {answer}"))
}

//! Preparing a server: its users, accounts and members, and the plan that tells the generator of them.

pub(crate) mod node;
pub(crate) mod switchboard;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use crate::jwt;
use crate::plan::{Plan, Sender, User};
use crate::shape::Shape;

/// The secret that the servers under test are started with. It guards nothing.
pub(crate) const JWT_SECRET: &str = "only-for-the-bench-and-guards-nothing-at-all";

const TOKEN_LIFE: Duration = Duration::from_secs(24 * 3600);

/// The id of user number `user`.
fn user_id(user: usize) -> String {
    format!("bench-{user}")
}

fn token(user: usize) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    jwt::sign(JWT_SECRET.as_bytes(), &user_id(user), (now + TOKEN_LIFE).as_secs())
}

/// The plan of a server at `address` that has these accounts.
fn plan(address: SocketAddr, shape: Shape, accounts: &[String]) -> Result<Plan> {
    let user = |user| {
        let account_id = accounts[shape.account_of(user)].clone();
        Ok(User { user_id: user_id(user), token: token(user)?, account_id })
    };
    // None of the demo's invented customers has a number like this: whoever is written to under it stays silent.
    let sender = |(number, user)| Sender { user, to: format!("+4915551{number:06}") };
    Ok(Plan {
        address,
        users: (0..shape.all_users()).map(user).collect::<Result<_>>()?,
        senders: shape.senders().enumerate().map(sender).collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_plan_gives_each_user_the_account_it_sees() {
        let shape = Shape { accounts: 2, users: 3, senders: 2 };
        let address = "127.0.0.1:1".parse().unwrap();
        let plan = plan(address, shape, &["a".into(), "b".into()]).unwrap();
        let accounts: Vec<&str> = plan.users.iter().map(|user| user.account_id.as_str()).collect();
        assert_eq!(accounts, ["a", "a", "a", "b", "b", "b"]);
        assert_eq!(plan.users[4].user_id, "bench-4");
        assert_eq!(plan.senders[1].user, 3);
        assert_ne!(plan.senders[0].to, plan.senders[1].to);
    }
}

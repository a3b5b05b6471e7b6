//! `switchboard token`: a JWT, for trying things.

use super::{runtime, say, user};
use crate::{
    auth::{Jwt, TOKEN_TTL, secret},
    config::{Config, value},
};
use anyhow::{Context, Result, anyhow, bail};
use clap::{Arg, ArgMatches, Command};
use domain::{Clock, SystemClock};

pub(super) fn command() -> Command {
    Command::new("token")
        .about("Prints a JWT of a user, for trying things")
        .arg(Arg::new("user").long("user").value_name("ID").required(true).help("The user's id or e-mail address"))
        .arg(Arg::new("ttl").long("ttl").value_name("DURATION").help("How long it is good [default: 12h]"))
}

pub(super) fn run(config: Config, matches: &ArgMatches) -> Result<()> {
    let who = matches.get_one::<String>("user").context("--user is needed")?;
    let ttl = match matches.get_one::<String>("ttl") {
        None => TOKEN_TTL,
        Some(text) => {
            value::duration(text).with_context(|| format!("--ttl: {text:?} is not a duration such as 12h"))?
        }
    };
    let user = runtime()?.block_on(user::find(&config, who))?;
    let Some(user) = user else { bail!("There is no user {who:?}; `switchboard user list` shows them") };
    if user.disabled {
        bail!("The user {who:?} is disabled");
    }
    let secret = secret::load(&config.tokens, &config.storage)?;
    let jwt = Jwt::new(&config.tokens, secret.0.as_bytes()).map_err(|problem| anyhow!("JWT_PUBLIC_KEY: {problem}"))?;
    let (token, _) = jwt.mint(&user.id, SystemClock.now(), ttl)?;
    say(&token)
}

//! `switchboard user`: the built-in users.

use super::{runtime, say};
use crate::{auth::password, config::Config, lock::Lock};
use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use domain::{Role, SystemClock, User, UserId};
use std::{
    io::{BufRead, IsTerminal, Write},
    sync::Arc,
};
use store::{AddUser, Answer, Refusal, Store, Write as Change};

pub(super) fn command() -> Command {
    let user = Arg::new("user").value_name("USER").required(true).help("The user's id or e-mail address");
    Command::new("user")
        .about("Adds and lists the built-in users, sets their passwords")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("add")
                .about("Adds a user and prints the id; the password is the first line of standard input")
                .arg(Arg::new("email").long("email").value_name("ADDRESS").required(true).help("For the log-in"))
                .arg(Arg::new("name").long("name").value_name("NAME").required(true).help("What colleagues see"))
                .arg(Arg::new("id").long("id").value_name("ID").help("The ERP's id of the user [default: a new one]"))
                .arg(Arg::new("admin").long("admin").action(ArgAction::SetTrue).help("Manages users and accounts")),
        )
        .subcommand(Command::new("list").about("Lists all users: id, role, address, name"))
        .subcommand(Command::new("passwd").about("Sets a password: the first line of standard input").arg(user))
}

pub(super) fn run(config: Config, matches: &ArgMatches) -> Result<()> {
    let runtime = runtime()?;
    match matches.subcommand() {
        Some(("add", matches)) => runtime.block_on(add(&config, matches)),
        Some(("passwd", matches)) => runtime.block_on(passwd(&config, matches)),
        _ => runtime.block_on(list(&config)),
    }
}

async fn add(config: &Config, matches: &ArgMatches) -> Result<()> {
    let text = |name| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let id = match matches.get_one::<String>("id") {
        None => UserId::generate(),
        Some(id) => UserId::new(id).ok().context("--id: 1 to 128 bytes without control characters were expected")?,
    };
    let email = text("email").trim().to_lowercase();
    if !email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty()) {
        bail!("--email: {email:?} is not an e-mail address");
    }
    let _lock = exclusive(config)?;
    let password_hash = Some(password::hash(read_password()?).await?);
    let role = if matches.get_flag("admin") { Role::Admin } else { Role::User };
    let user = AddUser { id, email: Some(email), name: text("name"), role, password_hash, first_admin: false };
    match write(config, Change::AddUser(user)).await? {
        Ok(Answer::User(user)) => say(user.id.as_str()),
        Ok(_) => bail!("The store gave another answer than was expected"),
        Err(Refusal::Conflict { field }) => bail!("Another user has this {field}"),
        Err(refusal) => bail!(refusal),
    }
}

async fn passwd(config: &Config, matches: &ArgMatches) -> Result<()> {
    let who = matches.get_one::<String>("user").cloned().unwrap_or_default();
    let _lock = exclusive(config)?;
    let Some(user) = find(config, &who).await? else { bail!("There is no user {who:?}") };
    let password_hash = password::hash(read_password()?).await?;
    write(config, Change::SetPassword { user: user.id, password_hash }).await??;
    say("The password is set.")
}

async fn list(config: &Config) -> Result<()> {
    let mut users = users(config).await?;
    users.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    for user in users {
        let disabled = if user.disabled { "\tdisabled" } else { "" };
        let email = user.email.as_deref().unwrap_or("-");
        say(&format!("{}\t{}\t{email}\t{}{disabled}", user.id, user.role.as_str(), user.name))?;
    }
    Ok(())
}

/// The user of that id, else of that address.
pub(super) async fn find(config: &Config, who: &str) -> Result<Option<User>> {
    let users = users(config).await?;
    let email = who.trim().to_lowercase();
    let by_id = users.iter().find(|user| user.id.as_str() == who);
    Ok(by_id.or_else(|| users.iter().find(|user| user.email.as_deref() == Some(&email))).cloned())
}

/// All users. Reads beside a server that runs.
async fn users(config: &Config) -> Result<Vec<User>> {
    let store = open(config)?;
    let directory = store.directory().await;
    store.close().await;
    Ok(directory?.users)
}

async fn write(config: &Config, change: Change) -> Result<Result<Answer, Refusal>> {
    let store = open(config)?;
    let done = store.write(change).await;
    store.close().await;
    Ok(done.map(|outcome| outcome.answer))
}

fn open(config: &Config) -> Result<Store<()>> {
    if let Some(folder) = config.storage.database.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    }
    let options = store::Options::new(&config.storage.database);
    Ok(Store::open(options, Arc::new(SystemClock), |_| ())?)
}

/// A server that runs holds its users in memory: what is written beside it, it would not know.
fn exclusive(config: &Config) -> Result<Lock> {
    let busy = "The server is running; add users with POST /api/auth/register, or stop it first";
    Lock::take(&config.storage)?.context(busy)
}

/// The first line of standard input, never a flag: flags can be seen by everybody on the machine.
fn read_password() -> Result<String> {
    if std::io::stdin().is_terminal() {
        write!(std::io::stderr(), "Password (it will be visible): ")?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("The password can't be read")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    match password::complaint(&password) {
        Some(complaint) => bail!("{complaint}"),
        None => Ok(password),
    }
}

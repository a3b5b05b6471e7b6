//! The command line. Settings are flags of every command; without a command it serves.

mod serve;
mod token;
mod user;

use crate::config::{Config, SETTINGS, Sources};
use anyhow::{Context, Result};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{collections::HashMap, io::Write, path::PathBuf};

const CONFIG: &str = "config";

/// Does what the command line says.
///
/// # Errors
/// Whatever went wrong, for people.
pub fn run() -> Result<()> {
    let matches = command().get_matches();
    let config = config(&matches)?;
    match matches.subcommand() {
        Some(("user", matches)) => user::run(config, matches),
        Some(("token", matches)) => token::run(config, matches),
        _ => serve::run(config),
    }
}

fn command() -> Command {
    Command::new("switchboard")
        .about("WhatsApp for the people of an ERP, in real time")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(
            "Every setting is also an environment variable and a key of switchboard.toml in lower case; a flag goes over \
             the environment, the environment over the file. An empty value counts as none.",
        )
        .arg(
            Arg::new(CONFIG)
                .long(CONFIG)
                .value_name("FILE")
                .global(true)
                .help("The settings file [default: switchboard.toml, if it is there]"),
        )
        .args(SETTINGS.iter().map(setting_arg))
        .subcommand(Command::new("serve").about("Runs the server; the same as no command"))
        .subcommand(user::command())
        .subcommand(token::command())
}

fn setting_arg(setting: &'static crate::config::Setting) -> Arg {
    // Made once a process.
    let flag: &'static str = setting.flag().leak();
    Arg::new(setting.name)
        .long(flag)
        .value_name("VALUE")
        .help(format!("{} [env: {}] [default: {}]", setting.help, setting.name, setting.default))
        .help_heading("Settings")
        .action(ArgAction::Set)
        .allow_hyphen_values(true)
        .global(true)
}

fn config(matches: &ArgMatches) -> Result<Config> {
    let mut flags = HashMap::new();
    for setting in SETTINGS {
        if let Some(value) = given(matches, setting.name) {
            flags.insert(setting.name, value);
        }
    }
    let sources = Sources::load(flags, given(matches, CONFIG).map(PathBuf::from))?;
    Ok(Config::from_sources(&sources)?)
}

/// A flag's value, wherever among the commands it stands.
fn given(matches: &ArgMatches, name: &str) -> Option<String> {
    let here = matches.get_one::<String>(name).cloned();
    here.or_else(|| matches.subcommand().and_then(|(_, inner)| given(inner, name)))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().build().context("The async threads can't be started")
}

/// Says a line to whoever reads standard output.
fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").context("Standard output can't be written")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn help_lists_every_setting_with_its_default() {
        let help = command().render_long_help().to_string();
        let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for setting in SETTINGS {
            assert!(help.contains(&format!("--{}", setting.flag())), "{}", setting.name);
            assert!(
                flat.contains(&format!("[env: {}] [default: {}]", setting.name, setting.default)),
                "{}",
                setting.name
            );
        }
    }

    #[test]
    fn a_flag_may_stand_before_and_behind_the_command() {
        for line in [["switchboard", "--port", "1", "serve"], ["switchboard", "serve", "--port", "1"]] {
            assert_eq!(given(&command().get_matches_from(line), "PORT").as_deref(), Some("1"));
        }
    }
}

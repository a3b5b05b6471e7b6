//! The tools that the tests need, installed where that is easy.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::cargo::output;
use crate::steps;

/// The oldest Node that the clients under test run on.
const NODE: u32 = 20;

/// What is there of what can be done without.
pub(crate) struct Has {
    /// Else the tests run by `cargo test`, slower and with less to read.
    pub(crate) nextest: bool,
    /// Else licences and bans are not checked.
    pub(crate) deny: bool,
}

/// Checks all tools and says what is missing.
pub(crate) fn check() -> Result<Has> {
    let node = version("node", "--version").context("Node.js is needed: install version 20 or newer")?;
    ensure!(major(&node) >= Some(NODE), "Node.js {node} is too old: version {NODE} or newer is needed");
    let npm = version("npm", "--version").context("npm is needed; it comes with Node.js")?;
    let python = version("python3", "--version").context("Python 3 is needed, with its module venv")?;
    println!("node {node}, npm {npm}, {python}");
    strace()?;
    let nextest = optional("cargo-nextest", "the tests run by `cargo test`", &["nextest", "--version"]);
    let deny = optional("cargo-deny", "licences and bans are not checked", &["--version"]);
    Ok(Has { nextest, deny })
}

fn version(program: &str, arg: &str) -> Result<String> {
    Ok(output(Command::new(program).arg(arg))?.trim().trim_start_matches('v').to_owned())
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

fn optional(program: &str, without: &str, args: &[&str]) -> bool {
    let found = output(Command::new(program).args(args));
    match &found {
        Ok(version) => println!("{}", version.lines().next().unwrap_or(program)),
        Err(_) => println!("{program} is not installed: {without}"),
    }
    found.is_ok()
}

/// Shows the order of system calls in one of the end-to-end tests.
fn strace() -> Result<()> {
    if version("strace", "--version").is_ok() {
        return Ok(());
    }
    if !rustix::process::geteuid().is_root() {
        bail!("strace is needed: install it, on Debian by `apt-get install strace`");
    }
    steps::run(Command::new("apt-get").args(["update", "--quiet"]))?;
    steps::run(Command::new("apt-get").args(["install", "--yes", "--quiet", "--no-install-recommends", "strace"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(major("20.20.2"), Some(20));
        assert!(major("9.1.0") < Some(NODE));
        assert_eq!(major("unknown"), None);
    }
}

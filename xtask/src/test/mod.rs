//! `cargo xtask test`: everything, in the order that finds most mistakes soonest.

mod e2e;
mod flavours;
mod tools;
mod walls;

use std::process::Command;

use anyhow::Result;

use crate::cargo::{cargo, target};
use crate::steps::{self, Steps};
use crate::waproto;

/// One selection of packages and features for building, testing and linting: with another one cargo would unify
/// features differently and build the dependencies a second time.
const SELECTION: [&str; 4] = ["--locked", "--workspace", "--features", "server/simulator"];

/// Runs every check and test there is.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::new();
    let target = target()?;
    let has = steps.step("tools", tools::check)?;
    steps.command("format", &mut cargo(["fmt", "--all", "--check"]))?;
    steps.step("walls", walls::check)?;
    steps.step("build", || build(&target))?;
    let binaries = steps.step("binaries", || flavours::keep(&target))?;
    steps.command("tests", tests(has.nextest).env("SIMULATOR_BIN", &binaries.simulator))?;
    steps.command("examples in the documentation", cargo(["test", "--doc", "--quiet"]).args(SELECTION))?;
    let plain = steps.step("plain flavour", || flavours::plain(&target))?;
    steps.command("lints", lints(&SELECTION).args(["--", "-D", "warnings"]))?;
    let without = ["--locked", "--package", "server", "--no-default-features"];
    steps.command("lints without the linked device", lints(&without).args(["--", "-D", "warnings"]))?;
    waproto::settle(&target)?;
    if has.deny {
        steps.command("licences", &mut cargo(["deny", "check", "licenses", "bans", "sources"]))?;
    }
    let python = steps.step("clients for end to end", || e2e::install(&target))?;
    steps.step("end to end", || e2e::run(&binaries, &plain, &python))?;
    steps.summary();
    Ok(())
}

fn build(target: &std::path::Path) -> Result<()> {
    steps::run(cargo(["build", "--all-targets"]).args(SELECTION))?;
    waproto::settle(target)
}

fn tests(nextest: bool) -> Command {
    let mut command = if nextest { cargo(["nextest", "run"]) } else { cargo(["test", "--all-targets"]) };
    command.args(SELECTION);
    command
}

fn lints(selection: &[&str]) -> Command {
    let mut command = cargo(["clippy", "--all-targets"]);
    command.args(selection);
    command
}

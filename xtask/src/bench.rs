//! `cargo xtask bench`.

use std::process::Command;

use anyhow::Result;

use crate::cargo::{cargo, root, target};
use crate::{steps, waproto};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Passed to `bench run`, for instance `--loads w2 --rounds 1`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Builds release binaries, installs the Node peer, and measures.
pub(crate) fn run(args: &Args) -> Result<()> {
    let target = target()?;
    steps::run(&mut cargo(["build", "--release", "--package", "server", "--package", "bench", "--bins"]))?;
    waproto::settle(&target)?;
    steps::run(Command::new("npm").arg("ci").current_dir(root().join("bench/peers/node")))?;
    let release = target.join("release");
    let mut bench = Command::new(release.join("bench"));
    bench.arg("run").arg("--switchboard").arg(release.join("switchboard")).args(&args.args).current_dir(root());
    steps::run(&mut bench)
}

//! `cargo xtask run | test | schema | bench`: everything needed to do it, then does it.
//!
//! One file a command. Programs are started with their arguments, never through a shell, so that the same line works
//! everywhere; each step says what it runs, how long it took, and how to repeat it when it failed.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "talking to the terminal is what it is for")]

mod bench;
mod cargo;
mod run;
mod schema;
mod steps;
mod test;
mod waproto;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Runs, tests and measures Switchboard from a checkout")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds Switchboard and runs it on SQLite, with its data in ./data
    Run(run::Args),
    /// Tests everything, as CI does, and stops at the first failure
    Test,
    /// Writes the committed schema of the wire anew
    Schema,
    /// Measures a release build beside its peers; what follows goes to `bench run`
    Bench(bench::Args),
}

fn main() -> ExitCode {
    match act(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn act(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(args) => run::run(&args),
        Command::Test => test::run(),
        Command::Schema => schema::run(),
        Command::Bench(args) => bench::run(&args),
    }
}

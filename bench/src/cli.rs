//! The command line.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};

use crate::load::{self, Load, Options};
use crate::plan::Plan;
use crate::run::{self, Comparison, Contender};

#[derive(Parser)]
#[command(
    name = "bench",
    about = "Measures Switchboard beside its peers, and checks that nothing is lost, reordered or hung"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs one load against a prepared server and prints one JSON object
    Load(LoadArgs),
    /// Compares servers: a fresh one for each run, in turn, each on one core and the generator on the other
    Run(RunArgs),
}

#[derive(Args)]
struct RunArgs {
    /// The release binary of Switchboard
    #[arg(long)]
    switchboard: Option<PathBuf>,
    /// Compare these alone
    #[arg(long, value_delimiter = ',', value_name = "SERVERS", default_value = "node-each,node-group,switchboard")]
    only: Vec<Contender>,
    /// What to run
    #[arg(long, value_delimiter = ',', default_value = "w2,in-order,on-connect,same-turn")]
    loads: Vec<Load>,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds before measuring
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Seconds of measuring
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Where the servers keep their data while they run: on a disk, unless the disk is to be left out of the figures
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    data: PathBuf,
    /// What the file in bench/results is called, behind its date
    #[arg(long, default_value = "run")]
    name: String,
}

#[derive(Args)]
struct LoadArgs {
    load: Load,
    /// The file that says where the server is and who signs in
    #[arg(long)]
    plan: PathBuf,
    /// Seconds without anything coming until what is due counts as hung
    #[arg(long, default_value_t = 30.0)]
    patience: f64,
    /// The server's process id, to count its CPU time
    #[arg(long)]
    server_pid: Option<u32>,
    /// Seconds before measuring
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Seconds of measuring
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Sockets, for the loads that only sign in
    #[arg(long)]
    sockets: Option<usize>,
}

pub(crate) fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Load(args) => run_load(&args),
        Command::Run(args) => run::run(&comparison(args)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed nobody can be told.
            let _ = writeln!(std::io::stderr(), "bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_load(args: &LoadArgs) -> Result<()> {
    let options = Options {
        warm_up: Duration::try_from_secs_f64(args.warm_up)?,
        measure: Duration::try_from_secs_f64(args.seconds)?,
        patience: Duration::try_from_secs_f64(args.patience)?,
        server_pid: args.server_pid,
        sockets: args.sockets,
    };
    let outcome = load::run(args.load, &Plan::read(&args.plan)?, options)?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&outcome)?)?;
    if let Some(failure) = outcome.failure {
        bail!("{failure}");
    }
    Ok(())
}

fn comparison(args: RunArgs) -> Comparison {
    Comparison {
        contenders: args.only,
        loads: args.loads,
        rounds: args.rounds,
        warm_up: args.warm_up,
        seconds: args.seconds,
        switchboard: args.switchboard,
        data: args.data,
        name: args.name,
    }
}

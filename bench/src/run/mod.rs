//! Runs loads against several servers in turn, each time a fresh one, and compares them.

mod contender;
mod machine;
mod peer;
mod report;
mod server;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use time::OffsetDateTime;

use crate::load::{Load, Outcome};
pub(crate) use contender::Contender;
use contender::Programs;
use machine::Machine;
use report::Run;
use server::Server;

/// The servers run on this core and the generator on the other.
const SERVER_CORE: usize = 0;
const GENERATOR_CORE: usize = 1;

/// What to run.
pub(crate) struct Comparison {
    pub(crate) contenders: Vec<Contender>,
    pub(crate) loads: Vec<Load>,
    pub(crate) rounds: usize,
    pub(crate) warm_up: f64,
    pub(crate) seconds: f64,
    /// A release binary of the server.
    pub(crate) switchboard: Option<PathBuf>,
    /// Under which the servers' folders are made. In memory (tmpfs) a sync costs nothing, so the result names the file system.
    pub(crate) data: PathBuf,
    /// What the result file is called, behind its date.
    pub(crate) name: String,
}

/// Runs everything, prints the table and writes the results. Fails, at the end, if any run was bad.
pub(crate) fn run(comparison: &Comparison) -> Result<()> {
    let programs = programs(comparison)?;
    let machine = Machine::this(&comparison.data)?;
    let runs = rounds(comparison, &programs)?;
    let medians = report::medians(&runs, &comparison.loads, &comparison.contenders);
    let mut out = std::io::stdout();
    writeln!(out, "data on {}, {}", machine.filesystem, machine.cpu)?;
    write!(out, "{}", report::table(&medians))?;
    let settings = json!({ "rounds": comparison.rounds, "warmUp": comparison.warm_up, "seconds": comparison.seconds });
    let result = json!({ "machine": machine, "settings": settings, "medians": medians, "runs": runs });
    let path = write_result(&comparison.name, &result)?;
    writeln!(out, "written to {}", path.display())?;
    let failures: Vec<String> = runs.iter().filter_map(failure).collect();
    ensure!(failures.is_empty(), "{} of {} runs failed:\n{}", failures.len(), runs.len(), failures.join("\n"));
    Ok(())
}

fn failure(run: &Run) -> Option<String> {
    let why = run.outcome.failure.as_ref()?;
    Some(format!("{}, round {}: {why}", run.contender, run.round + 1))
}

/// Checks that everything is there before the first run.
fn programs(comparison: &Comparison) -> Result<Programs> {
    let cores = std::thread::available_parallelism()?.get();
    ensure!(cores >= 2, "the bench needs two cores, one for the server and one for the generator");
    let switchboard = if comparison.contenders.contains(&Contender::Switchboard) {
        let path = comparison.switchboard.as_ref();
        let path = path.context(
            "Switchboard is to be measured: give its release binary with --switchboard, or leave it out with --only",
        )?;
        path.canonicalize().with_context(|| format!("no binary at {}", path.display()))?
    } else {
        PathBuf::new()
    };
    let node_peer = peer::folder();
    if comparison.contenders.iter().any(|contender| contender.is_node()) {
        peer::install(&node_peer)?;
    }
    Ok(Programs { node_peer, switchboard })
}

/// All runs, interleaved, each round beginning with another contender.
fn rounds(comparison: &Comparison, programs: &Programs) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for round in 0..comparison.rounds {
        for &load in &comparison.loads {
            let mut order = comparison.contenders.clone();
            order.rotate_left(round % comparison.contenders.len());
            for contender in order.into_iter().filter(|contender| contender.takes(load)) {
                let outcome = once(comparison, programs, contender, load)
                    .with_context(|| format!("{} against {}", load.name(), contender.name()))?;
                let run = Run { round, contender: contender.name(), outcome };
                tell(&run)?;
                runs.push(run);
            }
        }
    }
    Ok(runs)
}

fn tell(run: &Run) -> Result<()> {
    let rate = run.outcome.rates.as_ref().map(|rates| format!("{:.0} deliveries/s", rates.deliveries_per_second));
    let what = run.outcome.failure.clone().or(rate).unwrap_or_else(|| "passed".to_owned());
    writeln!(std::io::stderr(), "round {}, {}, {}: {what}", run.round + 1, run.outcome.load, run.contender)?;
    Ok(())
}

/// One load against one fresh server.
fn once(comparison: &Comparison, programs: &Programs, contender: Contender, load: Load) -> Result<Outcome> {
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(&comparison.data)?;
    let shape = load.shape();
    let server = Server::start(folder, SERVER_CORE, |folder| contender.command(programs, folder, shape))?;
    let tail = || format!("the server's last lines:\n{}", server.log_tail());
    let plan = contender.prepare(server.address, shape).with_context(tail)?;
    let path = server.folder().join("plan.json");
    plan.write(&path)?;
    generate(comparison, load, &path, server.pid()).with_context(tail)
}

/// Runs the generator, this same program, on its own core.
fn generate(comparison: &Comparison, load: Load, plan: &Path, server_pid: u32) -> Result<Outcome> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["load", load.name(), "--plan"]).arg(plan);
    command.args(["--server-pid", &server_pid.to_string()]);
    command.args(["--warm-up", &comparison.warm_up.to_string()]);
    command.args(["--seconds", &comparison.seconds.to_string()]);
    let output =
        server::pinned(GENERATOR_CORE, &command).output().context("cannot start the generator under taskset")?;
    // A bad outcome is printed too, beside an exit status that says so.
    let complaint = || format!("the generator failed: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).with_context(complaint)
}

fn write_result(name: &str, result: &serde_json::Value) -> Result<PathBuf> {
    let date = OffsetDateTime::now_utc().date();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{date}-{name}.json"));
    fs::write(&path, format!("{}\n", serde_json::to_string_pretty(result)?))?;
    Ok(path)
}

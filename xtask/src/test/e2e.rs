//! Real clients against the real binaries: the tests below e2e/.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::flavours::Binaries;
use crate::cargo::root;
use crate::steps;

/// The clients, as the lock file says. No package's own scripts are run.
pub(crate) fn install() -> Command {
    let mut command = Command::new("npm");
    command.args(["ci", "--ignore-scripts"]).current_dir(root().join("e2e"));
    command
}

/// Runs all of them, one file after the other: each has the machine to itself.
pub(crate) fn run(binaries: &Binaries, plain: &Path) -> Result<()> {
    let folder = root().join("e2e");
    let files = test_files(&folder)?;
    ensure!(!files.is_empty(), "there are no tests below {}", folder.display());
    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=1"]).args(files).current_dir(&folder);
    node.env("SWITCHBOARD_BIN", &binaries.switchboard).env("SWITCHBOARD_PLAIN_BIN", plain);
    node.env("SIMULATOR_BIN", &binaries.simulator).env("BENCH_BIN", &binaries.bench);
    steps::run(&mut node)
}

/// All `*.test.mjs` in the folders of e2e, in the order of their names, relative to e2e.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in read(folder)?.into_iter().filter(|path| path.is_dir() && !path.ends_with("node_modules")) {
        let tests = read(&entry)?.into_iter().filter(|path| path.to_string_lossy().ends_with(".test.mjs"));
        files.extend(tests.map(|path| path.strip_prefix(folder).map(Path::to_owned).unwrap_or(path)));
    }
    files.sort();
    Ok(files)
}

fn read(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))?;
    Ok(entries.collect::<std::io::Result<Vec<_>>>()?.into_iter().map(|entry| entry.path()).collect())
}

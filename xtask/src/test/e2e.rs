//! Real clients against the real binaries: the tests below e2e/.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::flavours::Binaries;
use crate::cargo::root;
use crate::steps;

/// Installs the clients as the lock files say: npm's below e2e, where no package's own scripts are run, and Python's in a
/// folder of their own below target. Answers with that Python.
pub(crate) fn install(target: &Path) -> Result<PathBuf> {
    let e2e = root().join("e2e");
    steps::run(Command::new("npm").args(["ci", "--ignore-scripts"]).current_dir(&e2e))?;
    let environment = target.join("e2e-python");
    let python = environment.join("bin/python");
    if !python.exists() {
        steps::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    let packages = e2e.join("python/requirements.txt");
    steps::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(packages))?;
    Ok(python)
}

/// Runs all of them, one file after the other: each has the machine to itself.
pub(crate) fn run(binaries: &Binaries, plain: &Path, python: &Path) -> Result<()> {
    let folder = root().join("e2e");
    let files = test_files(&folder)?;
    ensure!(!files.is_empty(), "there are no tests below {}", folder.display());
    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=1"]).args(files).current_dir(&folder);
    node.env("SWITCHBOARD_BIN", &binaries.switchboard).env("SWITCHBOARD_PLAIN_BIN", plain);
    node.env("SIMULATOR_BIN", &binaries.simulator).env("BENCH_BIN", &binaries.bench);
    node.env("PYTHON_BIN", python);
    steps::run(&mut node)
}

/// All `*.test.mjs` and `*.test.js` in the folders of e2e, in the order of their names, relative to e2e.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in read(folder)?.into_iter().filter(|path| path.is_dir() && !path.ends_with("node_modules")) {
        let tests = read(&entry)?.into_iter().filter(|path| is_test(path));
        files.extend(tests.map(|path| path.strip_prefix(folder).map(Path::to_owned).unwrap_or(path)));
    }
    files.sort();
    Ok(files)
}

fn is_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".test.mjs") || name.ends_with(".test.js")
}

fn read(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))?;
    Ok(entries.collect::<std::io::Result<Vec<_>>>()?.into_iter().map(|entry| entry.path()).collect())
}

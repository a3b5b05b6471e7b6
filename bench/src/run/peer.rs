//! Installing the Node peer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

/// The peer's folder, beside this package's sources.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/node")
}

/// Installs the peer as its lock file says, unless it is. SQLite's binding is compiled where no prebuilt one can be had.
pub(crate) fn install(folder: &Path) -> Result<()> {
    if is_installed(folder) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.arg("ci").current_dir(folder).stdout(Stdio::null());
    if let Some(headers) = node_prefix_with_headers()? {
        // Without it node-gyp would download the headers.
        npm.env("npm_config_nodedir", headers);
    }
    let status = npm.status().context("cannot run npm")?;
    ensure!(status.success(), "npm ci failed in {} ({status})", folder.display());
    ensure!(is_installed(folder), "npm ci left no binding of better-sqlite3 in {}", folder.display());
    Ok(())
}

fn is_installed(folder: &Path) -> bool {
    let modules = folder.join("node_modules");
    let binding = modules.join("better-sqlite3/build/Release/better_sqlite3.node");
    let installed = modified(&modules.join(".package-lock.json"));
    binding.exists() && installed.is_some() && installed >= modified(&folder.join("package-lock.json"))
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// Where node was installed to, if its C headers are there too.
fn node_prefix_with_headers() -> Result<Option<PathBuf>> {
    let output = Command::new("node").args(["-p", "process.execPath"]).output().context("cannot run node")?;
    ensure!(output.status.success(), "node does not run");
    let program = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let prefix = program.parent().and_then(Path::parent);
    let has_headers = |prefix: &&Path| prefix.join("include/node/node_api.h").exists();
    Ok(prefix.filter(has_headers).map(Path::to_owned))
}

//! The two flavours of the server, kept side by side: cargo gives both the same name.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cargo::cargo;
use crate::{steps, waproto};

/// The binaries that the tests run.
pub(crate) struct Binaries {
    /// Switchboard as it may connect to the simulator.
    pub(crate) switchboard: PathBuf,
    pub(crate) simulator: PathBuf,
    pub(crate) bench: PathBuf,
}

/// Keeps what the build with the feature `simulator` made, before the plain build writes over it.
pub(crate) fn keep(target: &Path) -> Result<Binaries> {
    let keep = |name| keep_one(target, "with-simulator", name);
    Ok(Binaries { switchboard: keep("switchboard")?, simulator: keep("simulator")?, bench: keep("bench")? })
}

/// Builds Switchboard as it is shipped, in the dev profile: what `cargo xtask run` builds.
pub(crate) fn plain(target: &Path) -> Result<PathBuf> {
    steps::run(&mut cargo(["build", "--locked", "--package", "server"]))?;
    waproto::settle(target)?;
    keep_one(target, "plain", "switchboard")
}

fn keep_one(target: &Path, flavour: &str, name: &str) -> Result<PathBuf> {
    let folder = target.join("flavours").join(flavour);
    fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let (built, kept) = (target.join("debug").join(name), folder.join(name));
    // A new file each time: one that runs can't be written over.
    if kept.exists() {
        fs::remove_file(&kept)?;
    }
    fs::copy(&built, &kept).with_context(|| format!("{} can't be kept", built.display()))?;
    Ok(kept)
}

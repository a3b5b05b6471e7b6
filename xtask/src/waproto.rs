//! A remedy for a build script.

use std::fs::{File, read_dir};
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

/// The build script of waproto 0.7.0 watches a file that it writes itself, so that every second call of cargo builds
/// the whole chain waproto, wacore, whatsapp-rust again. An old date on that file makes cargo see that nothing changed.
/// To be called after each call of cargo that may have built it.
pub(crate) fn settle(target: &Path) -> Result<()> {
    for profile in folders(target) {
        for build in folders(&profile.join("build")) {
            let watched = build.join("out/whatsapp.local.desc");
            if watched.is_file() {
                age(&watched).with_context(|| format!("{} can't be touched", watched.display()))?;
            }
        }
    }
    Ok(())
}

fn age(file: &Path) -> std::io::Result<()> {
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(978_307_200); // 2001
    File::options().write(true).open(file)?.set_modified(long_ago)
}

fn folders(path: &Path) -> Vec<std::path::PathBuf> {
    read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

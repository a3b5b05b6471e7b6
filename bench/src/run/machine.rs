//! On what a result was measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    cores: usize,
    kernel: String,
    /// Of the servers' data folders.
    pub(crate) filesystem: String,
    node: String,
    /// The commit of this repository, with `+` when files were changed.
    commit: String,
}

impl Machine {
    /// The machine that this runs on; `data` is where the servers keep their data.
    pub(crate) fn this(data: &Path) -> Result<Self> {
        Ok(Self {
            cpu: cpu(),
            cores: std::thread::available_parallelism()?.get(),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            filesystem: filesystem(&fs::read_to_string("/proc/mounts")?, &data.canonicalize()?),
            node: output("node", &["--version"])?,
            commit: commit(),
        })
    }
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let name = model.and_then(|line| line.split_once(':'));
    name.map_or("unknown", |(_, name)| name.trim()).to_owned()
}

/// The type of the mount that holds `path`: the one with the longest matching mount point.
fn filesystem(mounts: &str, path: &Path) -> String {
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((Path::new(fields.next()?), fields.next()?))
    });
    let holding = mounts.filter(|(point, _)| path.starts_with(point));
    let nearest = holding.max_by_key(|(point, _)| point.as_os_str().len());
    nearest.map_or("unknown", |(_, kind)| kind).to_owned()
}

fn commit() -> String {
    let folder = env!("CARGO_MANIFEST_DIR");
    let git = |args: &[&str]| output("git", &[&["-C", folder], args].concat());
    let Ok(commit) = git(&["rev-parse", "--short", "HEAD"]) else {
        return "unknown".to_owned();
    };
    let changed = git(&["status", "--porcelain"]).is_ok_and(|files| !files.is_empty());
    if changed { format!("{commit}+") } else { commit }
}

fn output(program: &str, args: &[&str]) -> Result<String> {
    let output = Command::new(program).args(args).output().with_context(|| format!("cannot run {program}"))?;
    anyhow::ensure!(output.status.success(), "{program} failed ({})", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_names_the_filesystem() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmp/data xfs rw 0 0\n";
        assert_eq!(filesystem(mounts, Path::new("/tmp/data/x")), "xfs");
        assert_eq!(filesystem(mounts, Path::new("/tmp/other")), "tmpfs");
        assert_eq!(filesystem(mounts, Path::new("/home")), "ext4");
    }
}

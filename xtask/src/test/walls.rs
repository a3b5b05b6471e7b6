//! What cargo's tree of packages must not hold.

use anyhow::{Result, ensure};

use crate::cargo::{cargo, output};

/// The feature of the linked device's library that skips the check of WhatsApp's certificates.
const SKIP: &str = "danger-skip-cert-chain-verify";

/// The library of the linked device and what carries AGPL-3.0 code.
const LINKED_DEVICE: [&str; 4] = ["whatsapp-rust", "wacore", "wacore-libsignal", "waproto"];

/// What deny.toml bans, checked here as well since cargo-deny is not everywhere: TLS is rustls on ring alone.
const BANNED: [&str; 5] = ["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys"];

/// Who may import whom, of our own crates: see docs/ARCHITECTURE.md. `server` may take all but the simulator.
const MAY_IMPORT: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("protocol", &["domain"]),
    ("store", &["domain"]),
    ("whatsapp", &["domain"]),
    ("engine", &["domain", "protocol", "store", "whatsapp"]),
    ("socketio", &[]),
    ("server", &["domain", "protocol", "store", "whatsapp", "engine", "socketio"]),
];

/// Checks that a plain build checks certificates, that a build without the linked device is free of it, and that no
/// crate imports what it may not.
pub(crate) fn check() -> Result<()> {
    certificates_are_checked()?;
    linked_device_is_separable()?;
    bans()?;
    imports()
}

fn certificates_are_checked() -> Result<()> {
    ensure!(!tree(&["--package", "server"], "{p} {f}")?.contains(SKIP), "a plain build has the feature {SKIP}");
    ensure!(!tree(&["--workspace"], "{p} {f}")?.contains(SKIP), "a manifest enables the feature {SKIP}");
    let simulator = tree(&["--package", "server", "--features", "server/simulator"], "{p} {f}")?;
    ensure!(
        simulator.contains(SKIP),
        "even a simulator build lacks the feature {SKIP}: this check looks for the wrong thing"
    );
    println!("a plain build checks WhatsApp's certificates");
    Ok(())
}

fn linked_device_is_separable() -> Result<()> {
    let with = packages(&["--package", "server"])?;
    let without = packages(&["--package", "server", "--no-default-features"])?;
    for name in LINKED_DEVICE {
        ensure!(has(&with, name), "a plain build lacks {name}: this check looks for the wrong thing");
        ensure!(!has(&without, name), "a build with --no-default-features has {name}");
    }
    println!("a build with --no-default-features is free of the linked device and its AGPL-3.0 code");
    Ok(())
}

fn bans() -> Result<()> {
    let all = packages(&["--workspace"])?;
    ensure!(has(&all, "ring"), "the workspace lacks ring: this check looks for the wrong thing");
    for name in BANNED {
        ensure!(!has(&all, name), "{name} is in the tree; `cargo tree --invert {name}` says who brought it");
    }
    println!("TLS is rustls on ring alone");
    Ok(())
}

fn imports() -> Result<()> {
    for (importer, allowed) in MAY_IMPORT {
        let direct = packages(&["--package", importer, "--depth", "1", "--edges", "normal,build"])?;
        let forbidden = |name: &str| name != importer && !allowed.contains(&name) && has(&direct, name);
        for (name, _) in MAY_IMPORT.into_iter().chain([("simulator", [].as_slice())]) {
            ensure!(!forbidden(name), "{importer} imports {name}, which docs/ARCHITECTURE.md forbids");
        }
    }
    println!("each crate imports what it may and no other");
    Ok(())
}

/// The packages that go into a build, one a line.
fn packages(args: &[&str]) -> Result<String> {
    tree(args, "{p}")
}

/// Cargo's tree for these arguments, one package a line. Dependencies of tests count too: cargo unifies their features.
fn tree(args: &[&str], format: &str) -> Result<String> {
    output(cargo(["tree", "--locked", "--no-dedupe", "--prefix", "none", "--format", format]).args(args))
}

fn has(packages: &str, name: &str) -> bool {
    packages.lines().any(|line| line.split(' ').next() == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_found_by_its_whole_name() {
        let packages = "server v0.1.0 (/x)\nwacore-binary v0.7.0\n";
        assert!(has(packages, "wacore-binary"));
        assert!(!has(packages, "wacore"));
    }
}

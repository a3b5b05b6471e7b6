//! `cargo xtask schema`.

use anyhow::Result;

use crate::cargo::{cargo, target};
use crate::{steps, waproto};

/// Writes the committed schema of the wire anew.
pub(crate) fn run() -> Result<()> {
    steps::run(&mut cargo(["run", "--package", "protocol", "--example", "schema"]))?;
    waproto::settle(&target()?)
}

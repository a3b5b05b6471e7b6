//! The committed schema is the one that this code makes.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

#[test]
fn the_committed_schema_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(protocol::schema::PATH);
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == protocol::schema::document(),
        "{} is stale: run `cargo xtask schema` and commit what it writes",
        protocol::schema::PATH
    );
}

//! A new migration is a reason to build again, which the macro that embeds them can't say.
#![allow(clippy::print_stdout)]

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}

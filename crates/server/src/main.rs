//! The binary `switchboard`.

use std::{io::Write, process::ExitCode};

fn main() -> ExitCode {
    // One TLS provider for all of the process: two would make rustls panic.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match server::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if this fails.
            let _ = writeln!(std::io::stderr(), "switchboard: {error:#}");
            ExitCode::FAILURE
        }
    }
}

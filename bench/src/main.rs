//! The load generator, and the runner that compares Switchboard with its peers.

mod cli;
mod client;
mod cpu;
mod http;
mod jwt;
mod load;
mod plan;
mod run;
mod sequence;
mod setup;
mod shape;
mod stats;

fn main() -> std::process::ExitCode {
    cli::main()
}

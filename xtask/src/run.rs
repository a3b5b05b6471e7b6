//! `cargo xtask run`.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cargo::{cargo, root, target};
use crate::{steps, waproto};

/// What the server prints in front of its address once it takes connections.
const LISTENING: &str = "listening on ";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Stop again as soon as it listens
    #[arg(long)]
    exit_when_ready: bool,
}

/// Builds the plain flavour and runs it until ctrl-c, which ends both.
pub(crate) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let target = target()?;
    steps::run(&mut cargo(["build", "--package", "server"]))?;
    waproto::settle(&target)?;
    let switchboard = target.join("debug/switchboard");
    let mut server = start(&switchboard)?;
    pass_signals_on(Pid::from_child(&server))?;
    let lines = forward(server.stdout.take().context("the server has no standard output")?);
    if let Ok(address) = lines.recv() {
        println!("\nReady after {:.1} s.", started.elapsed().as_secs_f64());
        if args.exit_when_ready {
            kill_process(Pid::from_child(&server), Signal::TERM)?;
        } else {
            next_steps(&switchboard, &address);
        }
    }
    finish(server.wait()?)
}

fn start(switchboard: &Path) -> Result<Child> {
    let mut command = Command::new(switchboard);
    command.arg("serve").current_dir(root()).stdout(Stdio::piped());
    command.spawn().with_context(|| format!("{} can't be started", switchboard.display()))
}

/// Keeps this program alive until the server has shut down. A terminal sends ctrl-c to both; what else ends us is
/// passed on.
fn pass_signals_on(server: Pid) -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        for signal in signals.forever().filter(|signal| *signal != SIGINT) {
            let signal = if signal == SIGHUP { Signal::HUP } else { Signal::TERM };
            // Fails only if the server has ended already, and then so do we.
            let _ = kill_process(server, signal);
        }
    });
    Ok(())
}

/// Prints what the server prints, and sends its address once it is there. Nothing is sent if the server ends first.
fn forward(output: impl Read + Send + 'static) -> Receiver<String> {
    let (address, receiver) = channel();
    std::thread::spawn(move || copy_lines(output, &address));
    receiver
}

fn copy_lines(output: impl Read, address: &Sender<String>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        println!("{line}");
        if let Some(found) = address_in(&line) {
            // Nobody waits for a second one.
            let _ = address.send(found.to_owned());
        }
    }
}

fn address_in(line: &str) -> Option<&str> {
    let (_, address) = line.split_once(LISTENING)?;
    let end = address.find(char::is_whitespace).unwrap_or(address.len());
    address[..end].starts_with("http://").then_some(&address[..end])
}

/// What to do next; each line works when it is pasted.
fn next_steps(switchboard: &Path, address: &str) {
    let switchboard = switchboard.strip_prefix(root()).unwrap_or(switchboard).display();
    println!(
        r#"
What to do next, in another terminal:

  make the first user, who is the admin:
    curl -s {address}/api/auth/register -H 'content-type: application/json' -d '{{"email":"me@example.com","name":"Me","password":"correct horse battery"}}'

  get a token for that user, at any time:
    TOKEN=$({switchboard} token --user me@example.com)

  make a demo account, whose invented customers answer (no phone, no network):
    curl -s {address}/api/accounts -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{{"provider":"demo"}}'

The README goes on from there. Ctrl-c ends it.
"#
    );
}

fn finish(status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("switchboard ended with {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_the_line() {
        assert_eq!(address_in("Switchboard is listening on http://127.0.0.1:5000"), Some("http://127.0.0.1:5000"));
        assert_eq!(address_in("listening on http://[::1]:5000 (sqlite)"), Some("http://[::1]:5000"));
        assert_eq!(address_in("listening on a port"), None);
    }

    #[test]
    fn no_address_comes_from_a_server_that_ends_first() {
        assert!(forward(&b"a bad value\n"[..]).recv().is_err());
    }
}

//! A server process under test: pinned to a core, with a fresh folder of its own, ended when dropped.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::http::Http;

const START: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(20);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    log: PathBuf,
    // Dropped, and thereby removed, after the process has ended.
    folder: TempDir,
}

impl Server {
    /// Starts what `command` makes of the fresh folder, on this core, and waits until it is healthy.
    pub(crate) fn start(folder: TempDir, core: usize, command: impl FnOnce(&Path) -> Result<Command>) -> Result<Self> {
        let log = folder.path().join("server.log");
        let mut command = pinned(core, &command(folder.path())?);
        let output = File::create(&log)?;
        command.current_dir(folder.path()).stdin(Stdio::null());
        command.stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().context("cannot start the server under taskset")?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { address, child, log, folder };
        server.address = server.wait_until_healthy()?;
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A folder for files of the run, gone with the server.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The last lines that the server wrote, for an error message.
    pub(crate) fn log_tail(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    fn wait_until_healthy(&mut self) -> Result<SocketAddr> {
        let end = Instant::now() + START;
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended at its start ({status}):\n{}", self.log_tail());
            }
            let address = address_in(&fs::read_to_string(&self.log)?);
            if let Some(address) = address.filter(|&address| healthy(address)) {
                return Ok(address);
            }
            if Instant::now() > end {
                bail!("the server was not healthy within {START:?}:\n{}", self.log_tail());
            }
            std::thread::sleep(TICK);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either fails only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn healthy(address: SocketAddr) -> bool {
    let answer = Http::connect(address).and_then(|mut http| http.request("GET", "/healthz", None, &Value::Null));
    answer.is_ok()
}

/// `command` under taskset(1), which becomes that program: its process id stays.
pub(crate) fn pinned(core: usize, command: &Command) -> Command {
    let mut pinned = Command::new("taskset");
    pinned.arg("-c").arg(core.to_string());
    pinned.arg(command.get_program()).args(command.get_args());
    pinned.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    pinned
}

/// The first loopback address, as `http://127.0.0.1:PORT`, in what a server wrote at its start.
fn address_in(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("http://127.0.0.1:")?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let port: u16 = rest[..end].parse().ok()?;
    Some(SocketAddr::from(([127, 0, 0, 1], port)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_address_is_found_in_a_sentence_and_in_json() {
        let expected = Some("127.0.0.1:4711".parse().unwrap());
        assert_eq!(address_in("Listening on http://127.0.0.1:4711\n"), expected);
        assert_eq!(address_in(r#"{"url":"http://127.0.0.1:4711/"}"#), expected);
        assert_eq!(address_in("Listening on http://127.0.0.1:47"), None, "cut while it is written");
        assert_eq!(address_in("starting"), None);
    }

    #[test]
    fn a_server_that_ends_at_once_is_an_error_with_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let command = |_: &Path| {
            let mut command = Command::new("sh");
            command.args(["-c", "echo no such flag; exit 3"]);
            Ok(command)
        };
        let error = Server::start(folder, 0, command).err().unwrap().to_string();
        assert!(error.contains("no such flag") && error.contains('3'), "{error}");
    }
}

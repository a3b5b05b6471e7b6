//! Steps that are named, timed, and repeatable by hand.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What has been done, for the table at the end.
pub(crate) struct Steps {
    started: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), done: Vec::new() }
    }

    /// Runs one step.
    pub(crate) fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n=== {name}");
        let started = Instant::now();
        let result = work().with_context(|| format!("step \"{name}\" failed after {}", seconds(started.elapsed())));
        if result.is_ok() {
            println!("--- {name}: {}", seconds(started.elapsed()));
            self.done.push((name, started.elapsed()));
        }
        result
    }

    /// Runs one step that is one command.
    pub(crate) fn command(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        self.step(name, || run(command))
    }

    /// Prints how long each step took.
    pub(crate) fn summary(&self) {
        println!();
        for (name, time) in &self.done {
            println!("{:>9}  {name}", seconds(*time));
        }
        println!("{:>9}  in all", seconds(self.started.elapsed()));
    }
}

/// Runs a command in sight; if it fails, the error is the line that repeats it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", line(command));
    let status = command.status().with_context(|| format!("{} can't be started", command.get_program().display()))?;
    if !status.success() {
        bail!("{status}; to repeat it: {}", line(command));
    }
    Ok(())
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let mut words: Vec<String> = Vec::new();
    if let Some(folder) = command.get_current_dir().filter(|folder| *folder != crate::cargo::root()) {
        words.push(format!("cd {} &&", quote(&folder.display().to_string())));
    }
    for (name, value) in command.get_envs() {
        let value = value.map(|value| value.to_string_lossy().into_owned()).unwrap_or_default();
        words.push(format!("{}={}", name.display(), quote(&value)));
    }
    words.push(program(&command.get_program().to_string_lossy()));
    words.extend(command.get_args().map(|arg| quote(&arg.to_string_lossy())));
    words.join(" ")
}

/// A program's bare name where the shell finds the same one by it.
fn program(path: &str) -> String {
    let name = std::path::Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned());
    if name.as_deref() == Some("cargo") { "cargo".to_owned() } else { quote(path) }
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = crate::cargo::cargo(["test", "--", "it's"]);
        command.env("SIMULATOR_BIN", "a b");
        assert_eq!(line(&command), r"SIMULATOR_BIN='a b' cargo test -- 'it'\''s'");
    }

    #[test]
    fn the_folder_is_shown_when_it_is_not_the_root() {
        let mut command = Command::new("npm");
        command.arg("ci").current_dir("elsewhere");
        assert_eq!(line(&command), "cd elsewhere && npm ci");
    }
}

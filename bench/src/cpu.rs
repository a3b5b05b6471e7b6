//! The CPU time that a process has used, read from `/proc`.

use std::fs;

use anyhow::{Context, Result};

/// Linux counts process times in units of USER_HZ, which is 100 a second on every architecture that we build for.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of CPU, user and system, of all threads that the process has had.
pub(crate) fn seconds(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    ticks(&text).map(|ticks| ticks as f64 / TICKS_PER_SECOND).with_context(|| format!("{path} is not as proc(5) says"))
}

/// `utime + stime`, fields 14 and 15. The name, field 2, may hold blanks and brackets.
fn ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_with_blanks_and_brackets_does_not_shift_the_fields() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 5 0 0";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("7 (cut"), None);
    }

    #[test]
    fn ones_own_time_can_be_read() {
        assert!(seconds(std::process::id()).unwrap() >= 0.0);
    }
}

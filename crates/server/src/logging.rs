//! Logs go to standard error: what is for people or scripts goes to standard output.
//!
//! Ours never hold a phone number. Libraries don't keep to that, so that long numbers in their lines are masked.

use crate::config::{Log, LogFormat};
use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};
use tracing::Metadata;
use tracing_subscriber::{
    EnvFilter,
    fmt::{self, MakeWriter},
    prelude::*,
};

/// Begins logging. Does nothing if something logs already.
pub fn init(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(Lines(io::stderr));
    let _ = match log.format {
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
        LogFormat::Pretty => registry.with(layer.with_ansi(io::stderr().is_terminal())).try_init(),
    };
}

/// Our crates, which log no phone numbers.
const OURS: [&str; 6] = ["server", "engine", "store", "whatsapp", "socketio", "domain"];

fn is_ours(metadata: &Metadata<'_>) -> bool {
    OURS.contains(&metadata.target().split("::").next().unwrap_or_default())
}

struct Lines<M>(M);

impl<'a, W: Write, M: Fn() -> W> MakeWriter<'a> for Lines<M> {
    type Writer = Line<W>;

    fn make_writer(&'a self) -> Line<W> {
        Line { to: (self.0)(), masked: true }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line<W> {
        Line { to: (self.0)(), masked: !is_ours(metadata) }
    }
}

/// Takes a whole line at once, as the formatter hands it over.
struct Line<W> {
    to: W,
    masked: bool,
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let line_or_masked = if self.masked { mask(line) } else { Cow::Borrowed(line) };
        self.to.write_all(&line_or_masked)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The shortest phone number has seven digits; the fraction of a timestamp has six.
const LONG: usize = 7;

/// Leaves the last two digits of every long number.
fn mask(line: &[u8]) -> Cow<'_, [u8]> {
    if !line.windows(LONG).any(|digits| digits.iter().all(u8::is_ascii_digit)) {
        return Cow::Borrowed(line);
    }
    let mut masked = Vec::with_capacity(line.len());
    for run in line.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        if run.len() >= LONG && run[0].is_ascii_digit() {
            masked.extend_from_slice("…".as_bytes());
            masked.extend_from_slice(&run[run.len() - 2..]);
        } else {
            masked.extend_from_slice(run);
        }
    }
    masked.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn long_numbers_of_libraries_are_masked_and_ours_are_whole() {
        let kept = Kept::default();
        let writer = kept.clone();
        let layer = fmt::layer().json().with_writer(Lines(move || writer.clone()));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::info!(target: "whatsapp_rust::pair", jid = "4930000001@s.whatsapp.net", "from 181000000000004, 12345 bytes");
            tracing::info!(target: "server::serve", count = 12_345_678, "counted");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("…01@s.whatsapp.net") && text.contains("from …04, 12345 bytes"), "{text}");
        assert!(text.contains("12345678"), "{text}");
        assert_eq!(text.lines().count(), 2);
    }
}

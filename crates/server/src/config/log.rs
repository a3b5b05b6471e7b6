//! LOG_FORMAT and RUST_LOG: how and what is logged.

use super::{ConfigError, source::Sources};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// How and what is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// How.
    pub format: LogFormat,
    /// What: tracing's directives, known to be good.
    pub filter: String,
}

impl Log {
    pub(super) fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let format = match sources.get("LOG_FORMAT") {
            Some(given) => given.parse(format, "pretty or json")?,
            None if std::io::stderr().is_terminal() => LogFormat::Pretty,
            None => LogFormat::Json,
        };
        let filter = sources.get_or_default("RUST_LOG").parse(
            |text| EnvFilter::try_new(text).ok().map(|_| text.to_owned()),
            "a filter such as info or server=debug,info",
        )?;
        Ok(Self { format, filter })
    }
}

fn format(text: &str) -> Option<LogFormat> {
    match text {
        "pretty" => Some(LogFormat::Pretty),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

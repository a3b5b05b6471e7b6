//! What is wrong with a setting, in one line.

use std::{fmt, path::PathBuf};

/// Where a value was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// On the command line.
    Flag,
    /// In the environment.
    Environment,
    /// In `switchboard.toml`.
    File,
    /// Nowhere.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "from the command line",
            Self::Environment => "from the environment",
            Self::File => "from the settings file",
            Self::Default => "the default",
        })
    }
}

/// A setting stops the start. Its text is one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value can't be used.
    #[error("{name} ({source_of}): {problem}")]
    Bad {
        /// Which setting.
        name: &'static str,
        /// Where the value came from.
        source_of: Source,
        /// What is wrong, without the value if it is a secret.
        problem: String,
    },
    /// The file can't be read.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

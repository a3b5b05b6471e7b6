//! Where values come from: flags over environment over file.

use super::{ConfigError, SETTINGS, Setting, Source};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// The values that were given, as text, by the setting's name in the environment.
#[derive(Default)]
pub struct Sources {
    /// Given on the command line.
    pub flags: HashMap<&'static str, String>,
    /// Given in the environment.
    pub environment: HashMap<&'static str, String>,
    /// Given in the file.
    pub file: HashMap<&'static str, String>,
}

/// A value and where it came from.
pub(super) struct Given<'a> {
    pub(super) setting: &'static Setting,
    pub(super) text: &'a str,
    pub(super) source: Source,
}

impl Given<'_> {
    /// The error that says what is wrong with this value.
    pub(super) fn bad(&self, problem: impl Into<String>) -> ConfigError {
        ConfigError::Bad { name: self.setting.name, source_of: self.source, problem: problem.into() }
    }

    /// Parses the value. `expected` finishes the sentence `"…" is not`.
    pub(super) fn parse<T>(&self, parse: impl FnOnce(&str) -> Option<T>, expected: &str) -> Result<T, ConfigError> {
        parse(self.text).ok_or_else(|| match self.setting.secret {
            true => self.bad(format!("the value is not {expected}")),
            false => self.bad(format!("{:?} is not {expected}", self.text)),
        })
    }
}

impl Sources {
    /// The machine's environment and the file, if it is there.
    ///
    /// # Errors
    /// The file can't be read or has what is no setting; a variable is not UTF-8.
    pub fn load(flags: HashMap<&'static str, String>, file: Option<PathBuf>) -> Result<Self, ConfigError> {
        Ok(Self { flags, environment: from_environment()?, file: from_file(file)? })
    }

    /// The value of a setting, unless it was not given or is empty.
    pub(super) fn get(&self, name: &str) -> Option<Given<'_>> {
        let setting = Setting::named(name);
        let places =
            [(&self.flags, Source::Flag), (&self.environment, Source::Environment), (&self.file, Source::File)];
        places.into_iter().find_map(|(values, source)| {
            let text = values.get(setting.name)?.trim();
            (!text.is_empty()).then_some(Given { setting, text, source })
        })
    }

    /// The value of a setting, else its default.
    pub(super) fn get_or_default(&self, name: &str) -> Given<'_> {
        let setting = Setting::named(name);
        self.get(name).unwrap_or(Given { setting, text: setting.default, source: Source::Default })
    }
}

fn from_environment() -> Result<HashMap<&'static str, String>, ConfigError> {
    let mut values = HashMap::new();
    for setting in SETTINGS {
        let Some(value) = std::env::var_os(setting.name) else { continue };
        let text = value.into_string().map_err(|_| ConfigError::Bad {
            name: setting.name,
            source_of: Source::Environment,
            problem: "the value is not UTF-8".into(),
        })?;
        values.insert(setting.name, text);
    }
    Ok(values)
}

/// Reads the file that was named, or `switchboard.toml` in the working folder if there is one.
fn from_file(named: Option<PathBuf>) -> Result<HashMap<&'static str, String>, ConfigError> {
    let path = named.clone().unwrap_or_else(|| PathBuf::from("switchboard.toml"));
    match std::fs::read_to_string(&path) {
        Ok(text) => parse_file(&path, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(HashMap::new()),
        Err(error) => Err(ConfigError::File { path, problem: format!("can't be read: {error}") }),
    }
}

/// Reads the text of a settings file.
///
/// # Errors
/// It is no TOML, has a key that is no setting, or a value that is no text, number, boolean or list of texts.
pub fn parse_file(path: &Path, text: &str) -> Result<HashMap<&'static str, String>, ConfigError> {
    let wrong = |problem: String| ConfigError::File { path: path.to_owned(), problem };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
    let mut values = HashMap::new();
    for (key, value) in table {
        let setting = SETTINGS
            .iter()
            .find(|setting| setting.key() == key)
            .ok_or_else(|| wrong(format!("{key} is no setting; `switchboard help` lists them")))?;
        let text = as_text(value).ok_or_else(|| {
            wrong(format!(
                "{key} has a value of the wrong kind: a text, a number, true, false or a list of texts was expected"
            ))
        })?;
        values.insert(setting.name, text);
    }
    Ok(values)
}

fn as_text(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}

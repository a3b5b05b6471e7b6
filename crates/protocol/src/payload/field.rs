//! One key of what a client sent.

use super::BadPayload;
use domain::UserId;

/// A key with its value as JSON text. An absent one and a null are the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    name: &'static str,
    json: Option<&'a str>,
}

impl<'a> Field<'a> {
    pub(crate) fn new(name: &'static str, json: Option<&'a str>) -> Self {
        Self { name, json: json.filter(|json| *json != "null") }
    }

    /// The name with what it must do, as an error.
    pub(crate) fn must(&self, be: &str) -> BadPayload {
        BadPayload::must(self.name, be)
    }

    /// Whether the client gave it a value.
    pub(crate) fn is_given(&self) -> bool {
        self.json.is_some()
    }

    /// A string of at most so many characters; it may be empty.
    pub(crate) fn optional_text(&self, max: usize) -> Result<Option<String>, BadPayload> {
        let Some(text) = self.any_text()? else { return Ok(None) };
        if text.len() > max && text.chars().count() > max {
            return Err(self.must(&format!("be at most {max} characters")));
        }
        Ok(Some(text))
    }

    /// Likewise, and not empty when it is there.
    pub(crate) fn optional_name(&self, max: usize) -> Result<Option<String>, BadPayload> {
        match self.optional_text(max)? {
            Some(text) if text.is_empty() => Err(self.must("not be empty")),
            text => Ok(text),
        }
    }

    /// Likewise, and it must be there.
    pub(crate) fn name(&self, max: usize) -> Result<String, BadPayload> {
        self.optional_name(max)?.ok_or_else(|| BadPayload::missing(self.name))
    }

    /// A string of any length that must be there; it may be empty.
    pub(crate) fn text(&self) -> Result<String, BadPayload> {
        self.any_text()?.ok_or_else(|| BadPayload::missing(self.name))
    }

    /// True or false.
    pub(crate) fn optional_bool(&self) -> Result<Option<bool>, BadPayload> {
        match self.json {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(self.must("be true or false")),
        }
    }

    /// One of a few names.
    pub(crate) fn optional_choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<Option<T>, BadPayload> {
        let Some(json) = self.json else { return Ok(None) };
        let chosen = json.starts_with('"').then(|| serde_json::from_str::<String>(json).ok()).flatten();
        let found = chosen.and_then(|text| choices.iter().find(|(name, _)| *name == text));
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.must(&format!("be one of {}", names.join(", ")))
        })
    }

    /// Likewise, and it must be there.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, BadPayload> {
        self.optional_choice(choices)?.ok_or_else(|| BadPayload::missing(self.name))
    }

    /// A user's id: a string, or a number, which counts as its digits.
    pub(crate) fn user_id(&self) -> Result<UserId, BadPayload> {
        let json = self.json.ok_or_else(|| BadPayload::missing(self.name))?;
        let text = match json.as_bytes().first() {
            Some(b'"') => self.any_text()?.unwrap_or_default(),
            Some(b'-' | b'0'..=b'9') => json.to_owned(),
            _ => return Err(self.must("be a string or a number")),
        };
        UserId::new(&text)
            .map_err(|_| self.must(&format!("have 1 to {} bytes and no control characters", UserId::MAX_LEN)))
    }

    fn any_text(&self) -> Result<Option<String>, BadPayload> {
        match self.json {
            None => Ok(None),
            Some(json) if !json.starts_with('"') => Err(self.must("be a string")),
            // The JSON is well-formed, so what fails here is half a surrogate pair.
            Some(json) => {
                serde_json::from_str(json).map(Some).map_err(|_| self.must("be a string of whole characters"))
            }
        }
    }
}

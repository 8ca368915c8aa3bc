//! What exactly is wrong with a body, query or header: the entries of `errors[]`. Codes and paths: wire contract 1.3.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Issue {
    code: &'static str,
    message: String,
    path: Vec<String>,
}

impl Issue {
    /// A rule of ours, broken at `path`.
    pub(crate) fn custom(path: &[&str], message: impl Into<String>) -> Self {
        Self::new("custom", path, message)
    }

    /// An issue with one of the wire's codes: `invalid_type`, `invalid_format`, `too_small`, ...
    pub(crate) fn new(code: &'static str, path: &[&str], message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: path.iter().map(|&segment| segment.to_owned()).collect() }
    }

    /// Whether it is about this field of the object itself.
    pub(crate) fn is_at(&self, field: &str) -> bool {
        matches!(self.path.as_slice(), [only] if only == field)
    }

    /// From what serde says, which is text: the code is read off its beginning.
    fn from_serde(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let mut path: Vec<String> = error.path().iter().filter_map(segment).collect();
        let message = error.inner().to_string();
        // serde_json adds ` at line 1 column 7`, of a text that the caller may never have seen in lines.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned();
        let named = message.split('`').nth(1).unwrap_or_default();
        let code = if message.starts_with("unknown field") {
            // The path is the object that has a key too many, not the key.
            path.pop_if(|last| last == named);
            "unrecognized_keys"
        } else if message.starts_with("missing field") {
            path.push(named.to_owned());
            "invalid_type"
        } else if message.starts_with("invalid type") {
            "invalid_type"
        } else if message.starts_with("unknown variant") || message.starts_with("invalid value") {
            "invalid_value"
        } else if message.starts_with("too small") {
            "too_small"
        } else if message.starts_with("too big") {
            "too_big"
        } else {
            "custom"
        };
        Self { code, message, path }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path.join("."), self.message) }
    }
}

/// Why a text was not read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// Not JSON at all.
    Syntax(String),
    /// JSON, but not what is asked for.
    Data(Issue),
}

/// Reads JSON text and names the field at fault.
pub(crate) fn read_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        if error.inner().is_data() { Unreadable::Data(Issue::from_serde(&error)) } else { Unreadable::Syntax(error.inner().to_string()) }
    })?;
    deserializer.end().map_err(|error| Unreadable::Syntax(error.to_string()))?;
    Ok(value)
}

/// Reads a value that is already parsed.
pub(crate) fn read_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Issue> {
    serde_path_to_error::deserialize(value).map_err(|error| Issue::from_serde(&error))
}

fn segment(segment: &Segment) -> Option<String> {
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { variant } => Some(variant.clone()),
        Segment::Unknown => None,
    }
}

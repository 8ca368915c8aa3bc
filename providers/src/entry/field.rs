//! What a connection is asked for.

use indexmap::IndexMap;
use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

/// One value that a connection carries.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Label.
    pub title: String,
    /// What it is and where the user finds it.
    pub description: String,
    /// The whole value must match.
    #[serde(default)]
    pub pattern: Option<Pattern>,
    /// Placeholder.
    #[serde(default)]
    pub example: Option<String>,
    /// Used when nothing is said.
    #[serde(default)]
    pub default_value: Option<String>,
    /// May be left out.
    #[serde(default)]
    pub optional: bool,
    /// Shown as dots.
    #[serde(default)]
    pub secret: bool,
    /// Filled by the server, never asked.
    #[serde(default)]
    pub automated: bool,
    /// The only values allowed, if there are any.
    #[serde(default, rename = "enum")]
    pub allowed: Vec<String>,
}

/// A regular expression that the whole value must match.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    whole: Regex,
}

impl Pattern {
    /// As written.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        let whole = Regex::new(&format!("^(?:{source})$")).map_err(|_| serde::de::Error::custom("not a regular expression"))?;
        Ok(Self { source, whole })
    }
}

/// A value that does not fit its field.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct FieldDefect {
    /// Key below `connection_config`.
    pub field: String,
    /// For a person; never repeats the value.
    pub problem: String,
}

impl Field {
    /// Checks one value.
    pub fn check(&self, value: &str) -> Result<(), String> {
        if let Some(pattern) = &self.pattern
            && !pattern.whole.is_match(value)
        {
            return Err(format!("must match {}", pattern.source));
        }
        if !self.allowed.is_empty() && !self.allowed.iter().any(|allowed| allowed == value) {
            return Err(format!("must be one of {}", self.allowed.join(", ")));
        }
        Ok(())
    }
}

pub(super) fn check_all(fields: &IndexMap<String, Field>, config: &Map<String, Value>) -> Result<(), FieldDefect> {
    for (key, field) in fields {
        let defect = |problem: String| FieldDefect { field: key.clone(), problem };
        match config.get(key) {
            Some(Value::String(value)) if !value.is_empty() => field.check(value).map_err(defect)?,
            Some(Value::String(_) | Value::Null) | None if field.optional || field.automated || field.default_value.is_some() => {}
            Some(Value::String(_) | Value::Null) | None => return Err(defect("is missing".to_owned())),
            Some(_) => return Err(defect("must be a string".to_owned())),
        }
    }
    Ok(())
}

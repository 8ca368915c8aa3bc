//! What a sync remembers between runs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::JsonObject;

const MAX_FIELDS: usize = 16;
const MAX_NAME_CHARS: usize = 255;
const MAX_TEXT_CHARS: usize = 4_000;

/// A flat JSON object of strings, numbers and booleans, small enough to be written after every page. Wire contract 2.6.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Checkpoint(Box<str>);

/// The value is not a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the checkpoint {0}")]
pub struct CheckpointDefect(String);

impl Checkpoint {
    /// Checks the rule.
    pub fn parse(json: &str) -> Result<Self, CheckpointDefect> {
        let wrong = |problem: String| Err(CheckpointDefect(problem));
        let Ok(fields) = serde_json::from_str::<JsonObject<'_>>(json) else {
            return wrong("is not a JSON object".to_owned());
        };
        if fields.len() > MAX_FIELDS {
            return wrong(format!("has {} fields; at most {MAX_FIELDS} are kept", fields.len()));
        }
        for (name, value) in fields {
            if name.chars().count() > MAX_NAME_CHARS {
                return wrong(format!("has a field name longer than {MAX_NAME_CHARS} characters"));
            }
            match serde_json::from_str::<Value>(value.get()) {
                Ok(Value::String(text)) if text.chars().count() > MAX_TEXT_CHARS => {
                    return wrong(format!("has more than {MAX_TEXT_CHARS} characters in `{name}`"));
                }
                Ok(Value::String(_) | Value::Bool(_)) => {}
                _ if value.get().starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) => {}
                _ => {
                    return wrong(format!("has `{name}`, which is neither a string, a number nor a boolean"));
                }
            }
        }
        Ok(Self(json.trim().into()))
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_flat_and_small() {
        assert!(Checkpoint::parse(r#"{"since":"2026-01-01","page":3,"done":false,"id":12345678901234567890123}"#).is_ok());
        for bad in ["[]", "null", r#"{"a":null}"#, r#"{"a":{}}"#, r#"{"a":[1]}"#, "{"] {
            assert!(Checkpoint::parse(bad).is_err(), "{bad}");
        }
        assert!(Checkpoint::parse(&format!(r#"{{"a":"{}"}}"#, "x".repeat(4_001))).is_err());
        let many = (0..17).map(|n| format!(r#""f{n}":1"#)).collect::<Vec<_>>().join(",");
        assert!(Checkpoint::parse(&format!("{{{many}}}")).is_err());
    }
}

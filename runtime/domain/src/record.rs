//! What a record must be, and when two texts are the same record.

mod fingerprint;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use fingerprint::{Fingerprint, FingerprintKey};

use crate::JsonObject;

/// Nested deeper than any API nests, and shallow enough for every JSON reader that the record meets later.
const MAX_DEPTH: usize = 128;
/// A record is a row, not a file: above this, store a reference.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Wire contract 2.7.
const MAX_ID_CHARS: usize = 255;

/// A record's own id: a string, or a number in its exact digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExternalId(Box<str>);

/// What happened to a record last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Action {
    /// Saved for the first time, or again after a deletion.
    Added,
    /// Saved with other content.
    Updated,
    /// Marked as deleted.
    Deleted,
}

/// What saving does to a record that someone else changed since the strategy was set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Merging {
    /// The last write wins.
    #[default]
    Override,
    /// The other change stays.
    IgnoreIfModifiedAfter,
}

/// A record as its author wrote it, checked: a JSON object with a usable id.
#[derive(Clone, Debug)]
pub struct RecordText<'a> {
    id: ExternalId,
    text: &'a str,
}

/// A record that cannot be saved. `index` counts from 0 in the batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {index}: {problem}")]
pub struct RecordDefect {
    /// Position in the batch.
    pub index: usize,
    /// What is wrong, and what to do.
    pub problem: Cow<'static, str>,
}

impl ExternalId {
    /// Checks an id that comes as text.
    pub fn new(text: impl Into<String>) -> Result<Self, Cow<'static, str>> {
        let text = text.into();
        if text.is_empty() {
            Err("the id is empty".into())
        } else if text.contains('\0') {
            Err("the id contains a NUL character".into())
        } else if text.chars().count() > MAX_ID_CHARS {
            Err(format!("the id is longer than {MAX_ID_CHARS} characters").into())
        } else {
            Ok(Self(text.into_boxed_str()))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_json(raw: &RawValue) -> Result<Self, Cow<'static, str>> {
        match raw.get().as_bytes()[0] {
            b'"' => Self::new(serde_json::from_str::<String>(raw.get()).map_err(|_| "the id is not valid Unicode")?),
            b'0'..=b'9' | b'-' => Self::new(raw.get()),
            _ => Err("the id must be a string or a number".into()),
        }
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Action {
    /// The wire's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Updated => "UPDATED",
            Self::Deleted => "DELETED",
        }
    }
}

impl<'a> RecordText<'a> {
    /// Reads a JSON array of records; the first that is not usable is named by its index.
    pub fn parse_batch(array: &'a str) -> Result<Vec<Self>, RecordDefect> {
        let records: Vec<&RawValue> = serde_json::from_str(array)
            .map_err(|error| RecordDefect { index: 0, problem: format!("the batch is not a JSON array: {error}").into() })?;
        records
            .into_iter()
            .enumerate()
            .map(|(index, raw)| Self::parse(raw.get()).map_err(|problem| RecordDefect { index, problem }))
            .collect()
    }

    /// Checks one record.
    pub fn parse(text: &'a str) -> Result<Self, Cow<'static, str>> {
        if text.len() > MAX_BYTES {
            return Err(format!("{} bytes; a record holds at most {MAX_BYTES}", text.len()).into());
        }
        if depth(text.as_bytes()) > MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH} levels").into());
        }
        let object: JsonObject<'a> = serde_json::from_str(text).map_err(|_| "not a JSON object")?;
        let id = object.get("id").filter(|id| id.get() != "null").ok_or("the field `id` is missing")?;
        Ok(Self { id: ExternalId::from_json(id)?, text })
    }

    /// The record's id.
    pub fn id(&self) -> &ExternalId {
        &self.id
    }

    /// The JSON as the author wrote it.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Equal for records that mean the same, whatever the order of their keys.
    pub fn fingerprint(&self, key: &FingerprintKey) -> Fingerprint {
        Fingerprint::of(self.text, key)
    }
}

/// Levels of nesting, in one pass and without recursion: a hostile record cannot exhaust the stack.
fn depth(json: &[u8]) -> usize {
    let (mut now, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                now += 1;
                deepest = deepest.max(now);
            }
            b'}' | b']' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Result<String, String> {
        RecordText::parse(text).map(|record| record.id().to_string()).map_err(|problem| problem.to_string())
    }

    /// X1
    #[test]
    fn every_odd_id_has_a_defined_result() {
        assert_eq!(id(r#"{"id":0}"#).as_deref(), Ok("0"));
        assert_eq!(id(r#"{"id":"0"}"#).as_deref(), Ok("0"));
        assert_eq!(id(r#"{"id":9007199254740993}"#).as_deref(), Ok("9007199254740993"));
        assert_eq!(id(r#"{"id":123456789012345678901234567890}"#).as_deref(), Ok("123456789012345678901234567890"));
        assert_eq!(id(r#"{"id":"🦀"}"#).as_deref(), Ok("🦀"));
        assert_eq!(id(r#"{"id":1,"id":2}"#).as_deref(), Ok("2"));
        for bad in [
            "{}",
            r#"{"id":null}"#,
            r#"{"id":""}"#,
            r#"{"id":"a\u0000"}"#,
            r#"{"id":true}"#,
            r#"{"id":{}}"#,
            r#"{"id":"\ud800"}"#,
            "[]",
            "1",
        ] {
            assert!(id(bad).is_err(), "{bad}");
        }
        assert!(id(&format!(r#"{{"id":"{}"}}"#, "x".repeat(1024))).unwrap_err().contains("255"));
        assert!(id(&format!(r#"{{"id":1,"a":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000))).unwrap_err().contains("128"));
    }

    #[test]
    fn a_batch_names_the_record_at_fault() {
        assert_eq!(RecordText::parse_batch("[]").unwrap().len(), 0);
        assert_eq!(RecordText::parse_batch(r#"[{"id":1},{}]"#).unwrap_err().to_string(), "record 1: the field `id` is missing");
        assert!(RecordText::parse_batch(r#"{"id":1}"#).is_err());
    }
}

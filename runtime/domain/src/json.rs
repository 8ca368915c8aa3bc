//! JSON text handled as text, so that no number loses a digit.

use indexmap::IndexMap;
use serde_json::value::RawValue;

/// A JSON object whose values are kept as the text they came in. A key that occurs twice keeps its last value.
pub type JsonObject<'a> = IndexMap<String, &'a RawValue>;

/// Merges `patch` into `base` at every level: objects are merged, everything else (arrays too) is replaced.
///
/// Fails where either text is not a JSON object.
pub fn merge_deep(base: &str, patch: &str) -> Result<String, serde_json::Error> {
    merge(base, patch, true)
}

/// Merges the top-level keys of `patch` into `base`.
///
/// Fails where either text is not a JSON object.
pub fn merge_top_level(base: &str, patch: &str) -> Result<String, serde_json::Error> {
    merge(base, patch, false)
}

/// The same JSON without white space around it and with checked syntax.
pub fn normalise(text: &str) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::from_str::<Box<RawValue>>(text)
}

fn merge(base: &str, patch: &str, deep: bool) -> Result<String, serde_json::Error> {
    let base: JsonObject<'_> = serde_json::from_str(base)?;
    let patch: JsonObject<'_> = serde_json::from_str(patch)?;
    let mut merged: IndexMap<&str, std::borrow::Cow<'_, str>> =
        base.iter().map(|(key, value)| (key.as_str(), value.get().into())).collect();
    for (key, value) in &patch {
        let both_objects = |old: &str| deep && old.starts_with('{') && value.get().starts_with('{');
        let value = match merged.get(key.as_str()) {
            Some(old) if both_objects(old) => merge(old, value.get(), deep)?.into(),
            _ => value.get().into(),
        };
        merged.insert(key, value);
    }
    let mut text = String::with_capacity(merged.iter().map(|(key, value)| key.len() + value.len() + 4).sum());
    text.push('{');
    for (index, (key, value)) in merged.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(key)?);
        text.push(':');
        text.push_str(value);
    }
    text.push('}');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_keeps_every_digit() {
        let merged = merge_deep(r#"{"a":{"n":12345678901234567890123,"x":[1]},"b":1}"#, r#"{"a":{"x":[2],"y":1e400}}"#).unwrap();
        assert_eq!(merged, r#"{"a":{"n":12345678901234567890123,"x":[2],"y":1e400},"b":1}"#);
        assert_eq!(merge_top_level(r#"{"a":{"n":1},"b":2}"#, r#"{"a":{"m":1}}"#).unwrap(), r#"{"a":{"m":1},"b":2}"#);
        assert!(merge_deep("[]", "{}").is_err());
    }
}

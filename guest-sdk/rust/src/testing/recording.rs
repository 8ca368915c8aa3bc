//! A recorded case: what went in, what the provider answered, what the function did.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Answer;

/// A recorded case, from a `*.test.json` file.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    pub(super) input: Option<Value>,
    pub(super) output: Option<Value>,
    pub(super) connection: Option<Value>,
    pub(super) metadata: Option<Value>,
    /// Model → records, in the order of the calls.
    pub(super) saved: Option<Value>,
    pub(super) deleted: Option<Value>,
    pub(super) answers: Vec<Answer>,
}

impl Recording {
    /// Reads a file; a path is relative to the crate, as in `tests/issues.test.json`.
    pub fn load(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        let file = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{} is not JSON: {error}", path.display()));
        Self::from_json(&file)
    }

    /// Reads the content of such a file.
    pub fn from_json(file: &Value) -> Self {
        let given = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
        let nango = |key: &str| given(file.pointer(&format!("/nango/{key}")));
        let mut answers = Vec::new();
        for (method, paths) in file.get("api").and_then(Value::as_object).into_iter().flatten() {
            for (path, entries) in paths.as_object().into_iter().flatten() {
                let entries = entries.as_array().map_or(std::slice::from_ref(entries), Vec::as_slice);
                answers.extend(entries.iter().map(|entry| Answer::from_recording(method, path, entry)));
            }
        }
        Self {
            input: given(file.get("input")),
            output: given(file.get("output")),
            connection: nango("getConnection"),
            metadata: nango("getMetadata"),
            saved: nango("batchSave"),
            deleted: nango("batchDelete"),
            answers,
        }
    }
}

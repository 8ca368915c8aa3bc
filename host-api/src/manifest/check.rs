//! The rules that the types alone do not state.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{FunctionKind, FunctionManifest, Manifest, ManifestError};

/// Names appear in URLs and file names; the published clients allow no more than this.
const MAX_NAME_CHARS: usize = 255;

/// Reads the functions one by one first, because an error of the whole document could only name a line of generated JSON.
/// Answers how many there are.
pub(super) fn functions_are_readable(text: &str) -> Result<usize, ManifestError> {
    #[derive(Deserialize)]
    struct Outline<'text> {
        #[serde(borrow)]
        functions: Vec<&'text RawValue>,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }

    let outline: Outline<'_> = serde_json::from_str(text).map_err(ManifestError::Malformed)?;
    for (index, entry) in outline.functions.iter().enumerate() {
        if let Err(error) = serde_json::from_str::<FunctionManifest>(entry.get()) {
            let function = serde_json::from_str::<Named>(entry.get())
                .map_or_else(|_| format!("number {}", index + 1), |named| format!("{:?}", named.name));
            return Err(ManifestError::Function { function, reason: error.to_string() });
        }
    }
    Ok(outline.functions.len())
}

pub(super) fn manifest(manifest: &Manifest) -> Result<(), ManifestError> {
    if manifest.functions.is_empty() {
        return Err(ManifestError::Empty);
    }
    let mut seen = HashSet::new();
    for function in &manifest.functions {
        check_function(function)?;
        if !seen.insert((function.kind, &function.name)) {
            return Err(ManifestError::Duplicate { kind: function.kind, name: function.name.clone() });
        }
    }
    Ok(())
}

fn check_function(function: &FunctionManifest) -> Result<(), ManifestError> {
    let wrong = |field: &str, problem: &str| {
        Err(ManifestError::Field { function: function.name.clone(), field: field.to_owned(), problem: problem.to_owned() })
    };
    if !is_function_name(&function.name) {
        return wrong("name", "must be 1 to 255 letters, digits, `_` or `-`");
    }
    match (function.kind, function.event) {
        (FunctionKind::Event, None) => return wrong("event", "is missing: an event function names the event that it handles"),
        (FunctionKind::Sync | FunctionKind::Action, Some(_)) => return wrong("event", "is set, but only event functions have one"),
        _ => {}
    }
    if function.kind != FunctionKind::Sync {
        if function.schedule.is_some() {
            return wrong("schedule", "is set, but only syncs have one");
        }
        if !function.webhook_subscriptions.is_empty() {
            return wrong("webhook_subscriptions", "are set, but only syncs have them");
        }
    }
    let mut models = HashSet::new();
    for (index, model) in function.models.iter().enumerate() {
        if !is_model_name(&model.name) {
            let problem = format!(
                "is {:?}, but must begin with a capital letter, followed by letters, digits, `_` or `-`, at most 255 in all",
                model.name
            );
            return wrong(&format!("models[{index}].name"), &problem);
        }
        if !models.insert(&model.name) {
            return wrong(&format!("models[{index}].name"), &format!("is {:?}, which the function has already", model.name));
        }
        if !is_schema(&model.schema) {
            return wrong(&format!("models[{index}].schema"), "must be a JSON object");
        }
    }
    let schemas =
        [("input", &function.input), ("output", &function.output), ("metadata", &function.metadata), ("checkpoint", &function.checkpoint)];
    for (field, schema) in schemas {
        if schema.as_ref().is_some_and(|schema| !is_schema(schema)) {
            return wrong(field, "must be a JSON Schema: an object, `true` or `false`");
        }
    }
    let limits = function.limits;
    for (field, limit) in
        [("limits.memory_mb", limits.memory_mb), ("limits.wall_time_s", limits.wall_time_s), ("limits.cpu_time_s", limits.cpu_time_s)]
    {
        if limit == Some(0) {
            return wrong(field, "must be at least 1");
        }
    }
    Ok(())
}

fn is_schema(schema: &RawValue) -> bool {
    schema.get().starts_with('{') || matches!(schema.get(), "true" | "false")
}

fn is_function_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME_CHARS && name.bytes().all(is_name_byte)
}

fn is_model_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    (2..=MAX_NAME_CHARS).contains(&bytes.len()) && bytes[0].is_ascii_uppercase() && bytes.iter().copied().all(is_name_byte)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

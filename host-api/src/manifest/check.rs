//! The rules that the types alone do not state.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{EndpointManifest, FunctionKind, FunctionManifest, Manifest, ManifestError};

/// Names appear in URLs and file names; the published clients allow no more than this.
const MAX_NAME_CHARS: usize = 255;
const MAX_PATH_BYTES: usize = 1_000;
/// RFC 1035, 2.3.4.
const MAX_HOST_CHARS: usize = 255;

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
    let mut endpoints = HashMap::new();
    for function in &manifest.functions {
        check_function(function)?;
        for endpoint in &function.endpoints {
            if let Some(one) = endpoints.insert((&endpoint.method, &endpoint.path), &function.name) {
                let endpoint = format!("{} {}", endpoint.method, endpoint.path);
                return Err(ManifestError::DuplicateEndpoint { one: one.clone(), other: function.name.clone(), endpoint });
            }
        }
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
        return wrong("name", "must be 1 to 255 letters, digits, `_` or `-`: rename it");
    }
    match (function.kind, function.event) {
        (FunctionKind::Event, None) => {
            return wrong("event", "is missing: name `post-connection-creation`, `pre-connection-deletion` or `validate-connection`");
        }
        (FunctionKind::Sync | FunctionKind::Action, Some(_)) => {
            return wrong("event", "is set, but only event functions have one: remove it");
        }
        _ => {}
    }
    if function.kind != FunctionKind::Sync {
        if function.schedule.is_some() {
            return wrong("schedule", "is set, but only syncs have one: remove it, or make the function a sync");
        }
        if !function.webhook_subscriptions.is_empty() {
            return wrong("webhook_subscriptions", "are set, but only syncs have them: remove them");
        }
    }
    let mut models = HashSet::new();
    for (index, model) in function.models.iter().enumerate() {
        if !is_model_name(&model.name) {
            let problem = format!(
                "is {:?}, but must begin with a capital letter, followed by letters, digits, `_` or `-`, at most 255 in all: rename it",
                model.name
            );
            return wrong(&format!("models[{index}].name"), &problem);
        }
        if !models.insert(&model.name) {
            return wrong(
                &format!("models[{index}].name"),
                &format!("is {:?}, which the function has already: remove one of the two", model.name),
            );
        }
        if !is_schema(&model.schema) {
            return wrong(&format!("models[{index}].schema"), "must be a JSON Schema of the records: an object");
        }
    }
    let schemas =
        [("input", &function.input), ("output", &function.output), ("metadata", &function.metadata), ("checkpoint", &function.checkpoint)];
    for (field, schema) in schemas {
        if schema.as_ref().is_some_and(|schema| !is_schema(schema)) {
            return wrong(field, "must be a JSON Schema: an object, `true` or `false`");
        }
    }
    if function.kind == FunctionKind::Event && !function.endpoints.is_empty() {
        return wrong("endpoints", "are set, but only actions and syncs have them: remove them");
    }
    for (index, endpoint) in function.endpoints.iter().enumerate() {
        if let Some(problem) = problem_of_endpoint(function.kind, endpoint) {
            return wrong(&format!("endpoints[{index}]"), &problem);
        }
    }
    for (index, host) in function.egress.iter().enumerate() {
        if !is_host(host) {
            let problem = format!(
                "is {host:?}, which is no host: write a name without scheme, port or path (`api.example.com`, `*.example.com`), or `*` for any public host"
            );
            return wrong(&format!("egress[{index}]"), &problem);
        }
    }
    let limits = function.limits;
    for (field, limit) in
        [("limits.memory_mb", limits.memory_mb), ("limits.wall_time_s", limits.wall_time_s), ("limits.cpu_time_s", limits.cpu_time_s)]
    {
        if limit == Some(0) {
            return wrong(field, "is 0, but must be at least 1: raise it, or leave it out for the server's own");
        }
    }
    Ok(())
}

fn problem_of_endpoint(kind: FunctionKind, endpoint: &EndpointManifest) -> Option<String> {
    const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let EndpointManifest { method, path, .. } = endpoint;
    if !METHODS.contains(&method.as_str()) {
        return Some(format!("has the method {method:?}, but must have one of {}", METHODS.join(", ")));
    }
    if kind == FunctionKind::Sync && method != "GET" {
        return Some(format!("has the method {method}, but a sync's records are read with GET"));
    }
    let fits = path.len() > 1 && path.len() <= MAX_PATH_BYTES && path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    if !fits || path.contains(['?', '#', '\\']) {
        return Some(format!("has the path {path:?}, but must have one that begins with `/`, without query and spaces: `/github/issues`"));
    }
    None
}

/// A name, a name behind `*.`, or `*`. An address in brackets is none: a port would look like part of it.
fn is_host(host: &str) -> bool {
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    host == "*" || (name.len() <= MAX_HOST_CHARS && name.strip_suffix('.').unwrap_or(name).split('.').all(is_label))
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

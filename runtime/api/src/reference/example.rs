//! A call with curl, with everything that must be there.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::fields::resolved;
use super::operation::parameters;

/// Deeper than what a call must hold.
const MAX_DEPTH: usize = 4;

pub(super) fn of(document: &Value, method: &str, path: &str, described: &Value) -> String {
    let mut url = path.to_owned();
    let mut query = Vec::new();
    let mut headers = Vec::new();
    for parameter in parameters(described).filter(|parameter| parameter["required"] == true) {
        let name = parameter["name"].as_str().unwrap_or_default();
        let value = value_of(document, parameter);
        match parameter["in"].as_str() {
            Some("path") => url = url.replace(&format!("{{{name}}}"), &value),
            Some("header") => headers.push(format!("{name}: {value}")),
            _ => query.push(format!("{name}={value}")),
        }
    }
    // Whoever pastes it is more likely a backend than a browser.
    let schemes: Vec<&str> = described["security"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(|one| one.keys())
        .map(String::as_str)
        .collect();
    let scheme = if schemes.contains(&"api_key") { "api_key" } else { schemes.first().copied().unwrap_or_default() };
    match scheme {
        "api_key" => headers.insert(0, "Authorization: Bearer $SYNCLINE_API_KEY".to_owned()),
        "connect_session" => headers.insert(0, "Authorization: Bearer $CONNECT_SESSION_TOKEN".to_owned()),
        "account_key" => headers.insert(0, "Authorization: Bearer $SYNCLINE_ACCOUNT_KEY".to_owned()),
        "operator" => headers.insert(0, "Authorization: Bearer $SYNCLINE_OPERATOR_TOKEN".to_owned()),
        "connect_session_query" => query.insert(0, "connect_session_token=$CONNECT_SESSION_TOKEN".to_owned()),
        _ => {}
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let method = if method == "GET" { String::new() } else { format!("-X {method} ") };
    let mut call = format!("curl {method}\"$SYNCLINE_URL{url}{query}\"");
    let add = |call: &mut String, option: &str| write!(call, " \\\n  {option}").expect("a string takes everything");
    for header in headers {
        add(&mut call, &format!("-H \"{header}\""));
    }
    if let Some((media, content)) = described["requestBody"]["content"].as_object().and_then(|media| media.iter().next()) {
        if media.contains("json") {
            let body = if content["example"].is_null() { sample(document, &content["schema"], 0) } else { content["example"].clone() };
            let text = serde_json::to_string_pretty(&body).expect("a value has a JSON form").replace('\'', "'\\''");
            add(&mut call, "-H \"Content-Type: application/json\"");
            add(&mut call, &format!("-d '{text}'"));
        } else {
            add(&mut call, &format!("-H \"Content-Type: {media}\""));
            add(&mut call, "-d \"...\"");
        }
    }
    call
}

/// As it stands in a URL or header.
fn value_of(document: &Value, parameter: &Value) -> String {
    let given = [&parameter["example"], &resolved(document, &parameter["schema"])["example"]].into_iter().find(|value| !value.is_null());
    match given.cloned().unwrap_or_else(|| sample(document, &parameter["schema"], 0)) {
        Value::String(text) if text == "..." => {
            format!("${}", parameter["name"].as_str().unwrap_or_default().to_ascii_uppercase().replace('-', "_"))
        }
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The least that the schema takes.
fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolved(document, schema);
    if let Some(given) = ["example", "default", "const"].iter().map(|key| &schema[*key]).find(|value| !value.is_null()) {
        return given.clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    if depth > MAX_DEPTH {
        return json!({});
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().filter_map(|part| sample(document, part, depth + 1).as_object().cloned());
        return Value::Object(parts.flatten().collect());
    }
    if let Some(first) = ["oneOf", "anyOf"].iter().find_map(|key| schema[*key].as_array()?.iter().find(|one| one["type"] != "null")) {
        return sample(document, first, depth + 1);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("string");
    match kind {
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields = required.map(|name| (name.to_owned(), sample(document, &schema["properties"][name], depth + 1)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        "array" => json!([sample(document, &schema["items"], depth + 1)]),
        "integer" | "number" => schema["minimum"].as_i64().unwrap_or(1).into(),
        "boolean" => true.into(),
        _ if schema["format"] == "date-time" => "2026-01-31T12:00:00Z".into(),
        _ => "...".into(),
    }
}

//! What functions are given of a delivery.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// JSON text: the body itself where it is JSON, to the digit; a form as an object of texts; other text as a JSON text; `null` for nothing.
/// `None` for bytes that are none of these, and for what says that it is JSON and is not.
pub fn payload(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let kind = content_type.map(|text| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()).unwrap_or_default();
    let text = std::str::from_utf8(body).ok()?.trim();
    if text.is_empty() {
        return Some("null".to_owned());
    }
    if kind == "application/x-www-form-urlencoded" {
        return Some(form(text));
    }
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => Some(raw.get().to_owned()),
        Err(_) if kind == "application/json" || kind.ends_with("+json") => None,
        Err(_) => Some(Value::String(text.to_owned()).to_string()),
    }
}

/// A field that is given twice becomes a list.
fn form(text: &str) -> String {
    let mut fields = Map::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        let value = Value::String(value.into_owned());
        match fields.get_mut(name.as_ref()) {
            None => _ = fields.insert(name.into_owned(), value),
            Some(Value::Array(values)) => values.push(value),
            Some(earlier) => *earlier = Value::Array(vec![earlier.take(), value]),
        }
    }
    Value::Object(fields).to_string()
}

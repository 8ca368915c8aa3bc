//! The same blocks in an entry that starts from another.

use serde_json::{Map, Value, json};

use super::DEFINITIONS;

/// Of the definition for entries that start from another.
pub(super) fn name(definition: &str) -> String {
    format!("{definition}_on_base")
}

/// Nothing is needed, for the base may say it, and null takes away what the base says. Lists are not merged: what stands in one is whole.
pub(super) fn relaxed(schema: &Value) -> Value {
    let Value::Object(block) = schema else { return schema.clone() };
    let mut relaxed = Map::new();
    for (keyword, value) in block {
        let value = match (keyword.as_str(), value) {
            // What must stand, or must not stand beside something else, only the whole can tell.
            ("required" | "dependencies" | "if" | "then" | "else" | "minProperties" | "maxProperties", _) => continue,
            ("properties", Value::Object(properties)) => {
                properties.iter().map(|(name, property)| (name.clone(), or_null(self::relaxed(property)))).collect()
            }
            ("additionalProperties", Value::Object(_)) => or_null(self::relaxed(value)),
            ("allOf", Value::Array(kinds)) => kinds.iter().map(kind).collect(),
            ("anyOf" | "oneOf", Value::Array(choices)) => choices.iter().map(self::relaxed).collect(),
            ("$ref", Value::String(target)) => target
                .strip_prefix(DEFINITIONS)
                .map_or_else(|| value.clone(), |definition| format!("{DEFINITIONS}{}", name(definition)).into()),
            _ => value.clone(),
        };
        relaxed.insert(keyword.clone(), value);
    }
    relaxed.into()
}

/// A block that names its kind has the fields of that kind, whoever says them.
fn kind(kind: &Value) -> Value {
    json!({ "if": kind["if"], "then": relaxed(&kind["then"]) })
}

fn or_null(schema: Value) -> Value {
    match schema {
        Value::Object(mut block) => {
            let is_open = !["enum", "const", "oneOf", "anyOf", "$ref"].iter().any(|keyword| block.contains_key(*keyword));
            match block.get("type").cloned() {
                Some(Value::String(kind)) if is_open => {
                    block.insert("type".to_owned(), json!([kind, "null"]));
                    block.into()
                }
                _ if block.is_empty() => block.into(),
                _ => {
                    let description = block.shift_remove("description");
                    let mut choice = json!({ "anyOf": [block, { "type": "null" }] });
                    if let Some(description) = description {
                        choice["description"] = description;
                    }
                    choice
                }
            }
        }
        other => other,
    }
}

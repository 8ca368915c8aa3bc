//! From what schemars writes to what editors understand best.

use serde_json::Value;

/// Rust's own names of sizes say nothing to an editor.
const FORMATS: &[&str] = &["uint", "uint8", "uint16", "uint32", "uint64"];

/// All the way down: a field that may be left out is not one that may be null, and an empty list is no default that anybody wants written.
pub(super) fn plain(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::Object(block) => {
            block.values_mut().for_each(plain);
            if let Some(Value::Array(types)) = block.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [kind] = types.as_slice() {
                    let kind = kind.clone();
                    block.insert("type".to_owned(), kind);
                }
            }
            if block.get("format").and_then(Value::as_str).is_some_and(|format| FORMATS.contains(&format)) {
                block.shift_remove("format");
            }
            let is_empty = |value: &Value| match value {
                Value::Array(items) => items.is_empty(),
                Value::Object(fields) => fields.is_empty(),
                other => other.is_null(),
            };
            if block.get("default").is_some_and(is_empty) {
                block.shift_remove("default");
            }
            without_null_choice(schema);
        }
        _ => {}
    }
}

/// `anyOf` of one thing and of null is that thing, in the words of the place where it stands.
fn without_null_choice(schema: &mut Value) {
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else { return };
    choices.retain(|choice| choice["type"] != "null" || choice.as_object().is_some_and(|choice| choice.len() > 1));
    let [only] = choices.as_slice() else { return };
    let (Value::Object(mut only), Some(outer)) = (only.clone(), schema.as_object_mut()) else { return };
    outer.shift_remove("anyOf");
    only.extend(std::mem::take(outer));
    *outer = only;
}

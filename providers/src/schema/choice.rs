//! Blocks of which one field says what the others are: `auth` by its mode, a signature and paging by their type.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// From a block with every field of every kind to one that has, for each value of `tag`, the fields of that kind and no others.
pub(crate) fn split(
    schema: &mut Schema,
    tag: &str,
    kinds: &[(&str, &str)],
    knows: &dyn Fn(&str, &str) -> bool,
    needed: &dyn Fn(&str) -> Vec<String>,
) {
    let block = schema.ensure_object();
    let Some(Value::Object(mut all)) = block.shift_remove("properties") else { return };
    let description = all.shift_remove(tag).and_then(|tag| tag.get("description").cloned()).unwrap_or_default();
    let kinds: Vec<(Value, Value)> = kinds
        .iter()
        .map(|(kind, about)| {
            let fields: Map<String, Value> =
                all.iter().filter(|(field, _)| knows(field, kind)).map(|(field, schema)| (field.clone(), schema.clone())).collect();
            (json!({ "const": kind, "description": about }), block_of(tag, fields, &needed(kind)))
        })
        .collect();
    write(block, tag, &description, &kinds, all);
}

/// From one block for each kind, which is how an enum with a tag is derived, to the same.
pub(crate) fn join(schema: &mut Schema, tag: &str, description: &str) {
    let block = schema.ensure_object();
    let Some(Value::Array(variants)) = block.shift_remove("oneOf") else { return };
    let mut all = Map::new();
    let kinds = variants.into_iter().map(|mut variant| {
        let about = variant["description"].take();
        let kind = variant["properties"][tag]["const"].take();
        if let Some(block) = variant.as_object_mut() {
            // The whole says it, and a condition on null has no type.
            for keyword in ["type", "description"] {
                block.shift_remove(keyword);
            }
            if let Some(Value::Object(properties)) = block.get_mut("properties") {
                properties.insert(tag.to_owned(), json!({}));
                all.extend(properties.clone());
            }
        }
        (json!({ "const": kind, "description": about }), variant)
    });
    let kinds: Vec<(Value, Value)> = kinds.collect();
    all.shift_remove(tag);
    write(block, tag, &description.into(), &kinds, all);
}

/// Says more of one kind.
pub(crate) fn amend(schema: &mut Schema, kind: &str, change: impl FnOnce(&mut Value)) {
    let Some(Value::Array(kinds)) = schema.get_mut("allOf") else { return };
    let is_it = |one: &&mut Value| one["if"]["properties"].as_object().is_some_and(|tag| tag.values().any(|value| value["const"] == kind));
    if let Some(one) = kinds.iter_mut().find(is_it) {
        change(&mut one["then"]);
    }
}

fn write(block: &mut Map<String, Value>, tag: &str, description: &Value, kinds: &[(Value, Value)], all: Map<String, Value>) {
    let names: Vec<&Value> = kinds.iter().map(|(kind, _)| kind).collect();
    let named = json!({ "type": "string", "oneOf": names, "description": description });
    let mut conditions: Vec<Value> = kinds
        .iter()
        .map(|(kind, fields)| json!({ "if": { "properties": { tag: { "const": kind["const"] } }, "required": [tag] }, "then": fields }))
        .collect();
    // While nobody has said which, and where a base says it.
    conditions.push(json!({ "if": { "not": { "required": [tag] } }, "then": block_of(tag, all, &[]) }));
    block.insert("type".to_owned(), "object".into());
    block.insert("properties".to_owned(), json!({ tag: named }));
    block.insert("required".to_owned(), json!([tag]));
    block.insert("allOf".to_owned(), conditions.into());
    block.shift_remove("additionalProperties");
}

fn block_of(tag: &str, fields: Map<String, Value>, needed: &[String]) -> Value {
    let mut properties = Map::from_iter([(tag.to_owned(), json!({}))]);
    properties.extend(fields);
    let mut block = json!({ "properties": properties, "additionalProperties": false });
    if !needed.is_empty() {
        block["required"] = json!(needed);
    }
    block
}

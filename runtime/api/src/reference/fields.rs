//! A schema as rows: every field with its type and limits, and what is inside of it one step further in.

use serde_json::Value;
use syncline_console::pages::reference::Field;

use super::page::{prose, text};

/// Deeper than any schema that a reader can follow; also the end of one that contains itself.
const MAX_DEPTH: usize = 5;

/// The rows of a schema; none where it has no fields.
pub(super) fn of(document: &Value, schema: &Value) -> Vec<Field> {
    let mut rows = Vec::new();
    inside(document, schema, 0, &mut rows);
    rows
}

/// The schema behind a reference.
pub(super) fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let Some(reference) = schema["$ref"].as_str() else { return schema };
    reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

fn inside(document: &Value, schema: &Value, depth: usize, rows: &mut Vec<Field>) {
    if depth > MAX_DEPTH {
        return;
    }
    let schema = resolved(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        inside(document, part, depth, rows);
    }
    let choices = choices(document, schema);
    if let [only] = choices[..] {
        inside(document, only, depth, rows);
    } else {
        for choice in choices {
            choose(document, choice, depth, rows);
        }
    }
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        push(document, name, property, required.contains(&name.as_str()), depth, rows);
    }
    if schema["additionalProperties"].is_object() {
        push(document, "{key}", &schema["additionalProperties"], false, depth, rows);
    }
    if schema["items"].is_object() {
        inside(document, &schema["items"], depth, rows);
    }
}

fn push(document: &Value, name: &str, property: &Value, is_required: bool, depth: usize, rows: &mut Vec<Field>) {
    // What is said of the field itself goes before what is said of its type; where `null` is allowed it stands with the other form.
    let described = match choices(document, property)[..] {
        [only] if !property["description"].is_string() => only,
        _ => property,
    };
    let described = if described["description"].is_string() { described } else { resolved(document, described) };
    rows.push(Field {
        name: name.to_owned(),
        depth,
        kind: kind(document, property),
        is_required,
        description: prose(&described["description"]),
        rules: rules(document, property),
    });
    inside(document, property, depth + 1, rows);
}

/// A row for one of several forms, if it has fields, and the fields.
fn choose(document: &Value, choice: &Value, depth: usize, rows: &mut Vec<Field>) {
    let mut fields = Vec::new();
    inside(document, choice, depth + 1, &mut fields);
    if fields.is_empty() {
        return;
    }
    // Forms differ by `type`, where they have one; the row says it.
    let tag = fields.iter().position(|field| field.name == "type" && field.depth == depth + 1 && field.rules.len() == 1);
    let kind = match tag.map(|at| fields.remove(at)) {
        Some(tag) => format!("type is {}", tag.rules[0].trim_start_matches("one of: ")),
        None => "an object".to_owned(),
    };
    let described = resolved(document, choice);
    rows.push(Field {
        name: "either".to_owned(),
        depth,
        kind,
        is_required: false,
        description: prose(&described["description"]),
        rules: Vec::new(),
    });
    rows.extend(fields);
}

/// The forms that a schema allows, without `null`.
fn choices<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let all = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    all.filter(|choice| resolved(document, choice)["type"] != "null").collect()
}

/// In words: `string`, `array of object`, `integer or null`.
pub(super) fn kind(document: &Value, schema: &Value) -> String {
    let target = resolved(document, schema);
    let choices = choices(document, target);
    if !choices.is_empty() {
        let mut kinds: Vec<String> = Vec::new();
        for choice in &choices {
            let kind = kind(document, choice);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let is_nullable = ["oneOf", "anyOf"].iter().any(|key| target[*key].as_array().is_some_and(|all| all.len() > choices.len()));
        kinds.extend(is_nullable.then(|| "null".to_owned()));
        return kinds.join(" or ");
    }
    let types: Vec<&str> = match &target["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ if target["allOf"].is_array() || target["properties"].is_object() => vec!["object"],
        _ => vec!["any"],
    };
    let named = |one: &&str| match (*one, target["format"].as_str()) {
        ("array", _) => format!("array of {}", kind(document, &target["items"])),
        ("string", Some("date-time")) => "time".to_owned(),
        ("string", Some("uri")) => "URL".to_owned(),
        (one, _) => one.to_owned(),
    };
    types.iter().map(named).collect::<Vec<_>>().join(" or ")
}

/// Limits, in words.
pub(super) fn rules(document: &Value, schema: &Value) -> Vec<String> {
    let target = resolved(document, schema);
    if let [only] = choices(document, target)[..] {
        return rules(document, only);
    }
    let mut rules = Vec::new();
    if let Some(values) = target["enum"].as_array() {
        rules.push(format!("one of: {}", values.iter().map(shown).collect::<Vec<_>>().join(", ")));
    }
    if target["items"].is_object() {
        rules.extend(self::rules(document, &target["items"]));
    }
    let span = |least: &str, most: &str, what: &str| match (&target[least], &target[most]) {
        (Value::Null, Value::Null) => None,
        (least, Value::Null) => Some(format!("at least {least}{what}")),
        (Value::Null, most) => Some(format!("at most {most}{what}")),
        (least, most) => Some(format!("{least} to {most}{what}")),
    };
    rules.extend(span("minLength", "maxLength", " characters"));
    rules.extend(span("minItems", "maxItems", " items"));
    rules.extend(span("minimum", "maximum", ""));
    rules.extend(target["pattern"].as_str().map(|pattern| format!("matches {pattern}")));
    if !target["default"].is_null() {
        rules.push(format!("default: {}", shown(&target["default"])));
    }
    rules
}

/// Texts without their quotes.
fn shown(value: &Value) -> String {
    if value.is_string() { text(value) } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_union_is_told_by_its_types() {
        let document = json!({ "components": { "schemas": { "Key": {
            "type": "object", "required": ["type", "key"],
            "properties": { "type": { "type": "string", "enum": ["KEY"] }, "key": { "type": "string", "minLength": 1 } }
        } } } });
        let schema = json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Key" }, {
            "type": "object", "properties": { "name": { "type": ["string", "null"] }, "list": { "type": "array", "items": { "type": "integer" } } }
        }] });
        let rows: Vec<String> = of(&document, &schema).iter().map(|row| format!("{} {}: {}", row.depth, row.name, row.kind)).collect();
        assert_eq!(
            rows,
            ["0 either: type is KEY", "1 key: string", "0 either: an object", "1 name: string or null", "1 list: array of integer"]
        );
        assert_eq!(kind(&document, &schema), "object or null");
        let choice = json!({ "$ref": "#/components/schemas/Key", "description": "Yours" });
        let field = json!({ "type": "object", "properties": { "key": { "oneOf": [{ "type": "null" }, choice] } } });
        assert_eq!(of(&document, &field)[0].description.0, "Yours");
    }

    #[test]
    fn a_schema_that_contains_itself_ends() {
        let document = json!({ "components": { "schemas": { "Tree": {
            "type": "object", "properties": { "below": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } } }
        } } } });
        assert_eq!(of(&document, &json!({ "$ref": "#/components/schemas/Tree" })).len(), MAX_DEPTH + 1);
    }
}

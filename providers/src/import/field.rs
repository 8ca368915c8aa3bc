//! What people are asked for: `credentials`, `connection_config` and `integration_config`.

use serde_json::{Map, Value, json};

use super::block::{Block, Found};
use super::draft::Draft;
use super::node::Node;
use super::proxy::is_pattern;
use crate::entry::field::FieldBlock;

/// Modes of which everything that is asked has a name of its own.
const FIXED: &[(&str, &[&str])] = &[
    ("API_KEY", &["apiKey"]),
    ("BASIC", &["username", "password"]),
    ("OAUTH2", &[]),
    ("OAUTH1", &[]),
    ("APP", &[]),
    ("CUSTOM", &[]),
    ("MCP_OAUTH2", &[]),
    ("MCP_OAUTH2_GENERIC", &[]),
    ("INSTALL_PLUGIN", &[]),
    ("NONE", &[]),
];

pub(super) fn read(draft: &mut Draft, block: &mut Block<'_>, mode: &str) {
    let script = block.written("post_connection_script").and_then(Node::text).is_some_and(|name| !name.is_empty());
    for place in ["connection_config", "credentials", "integration_config"] {
        let Some(found) = block.take(place) else { continue };
        let Some(map) = draft.map(&found) else { continue };
        let mut fields = match mode {
            // What the mode needs, the file words.
            "AWS_SIGV4" | "INSTALL_PLUGIN" => draft.entry.get(place).and_then(Value::as_object).cloned().unwrap_or_default(),
            _ => Map::new(),
        };
        for (name, node) in map {
            let found = Found { path: format!("{place}.{name}"), node };
            let known = FIXED.iter().find(|(fixed, _)| *fixed == mode).filter(|_| place == "credentials");
            if known.is_some_and(|(_, names)| !names.contains(&name.as_str())) {
                draft.note(&found, &format!("is not asked: {mode} has no such credential"));
            } else if let Some(field) = field(draft, place, name, &found, script) {
                fields.insert(name.clone(), field);
            }
        }
        draft.put(&[place], &found, fields.into());
    }
}

fn field(draft: &mut Draft, place: &str, name: &str, found: &Found<'_>, script: bool) -> Option<Value> {
    let mut block = Block::new(&found.path, draft.map(found)?);
    let mut field = Map::new();
    draft.came(format!("{place}.{name}"), found.node, found.path.clone());
    for text in ["title", "description", "example", "prefix", "suffix", "default_value", "doc_section"] {
        if let Some(found) = block.take(text)
            && let Some(value) = draft.text(&found)
        {
            draft.came(format!("{place}.{name}.{text}"), found.node, found.path.clone());
            // `example: ""` and the like say nothing.
            if !value.trim().is_empty() {
                field.insert(text.to_owned(), value.into());
            }
        }
    }
    for flag in ["optional", "secret", "automated", "hidden"] {
        if let Some(found) = block.take(flag)
            && let Some(value) = draft.flag(&found)
        {
            field.insert(flag.to_owned(), value.into());
        }
    }
    restrictions(draft, &mut block, &mut field);
    if let Some(found) = block.take("order") {
        match found.node.text().and_then(|text| text.parse::<u32>().ok()) {
            Some(order) => drop(field.insert("order".to_owned(), order.into())),
            None => draft.note(&found, "is no number, so the field stands last"),
        }
    }
    if let Some(found) = block.take("visible_when")
        && let Some(map) = draft.map(&found)
    {
        let text = |name: &str| map.iter().find(|(known, _)| known == name).and_then(|(_, node)| node.text());
        match (text("field"), text("equals")) {
            (Some(other), Some(equals)) => {
                draft.came(format!("{place}.{name}.visible_when"), found.node, found.path.clone());
                drop(field.insert("visible_when".to_owned(), json!({ "field": other, "equals": equals })));
            }
            _ => draft.note(&found, "needs `field` and `equals`, so the field is always shown"),
        }
    }
    if let Some(found) = block.take("type")
        && found.node.text().as_deref() != Some("string")
    {
        draft.note(&found, "is not supported: all values are texts");
    }
    for (_, found) in block.rest() {
        draft.note(&found, "is not supported of a field");
    }
    asked(draft, found, &mut field, name, script);
    Some(field.into())
}

/// What a value must look like, as far as it can be said here.
fn restrictions(draft: &mut Draft, block: &mut Block<'_>, field: &mut Map<String, Value>) {
    if let Some(found) = block.take("pattern")
        && let Some(pattern) = draft.text(&found)
    {
        if is_pattern(&pattern) {
            field.insert("pattern".to_owned(), pattern.into());
        } else {
            draft.note(&found, "is no pattern that can be used here (patterns cannot look ahead or back), so values are not checked by it");
        }
    }
    if let Some(found) = block.take("format")
        && let Some(format) = draft.text(&found)
    {
        match format.as_str() {
            "hostname" | "uuid" | "email" | "uri" => drop(field.insert("format".to_owned(), format.into())),
            _ => draft.note(&found, &format!("`{format}` is not supported, so values are not checked by it")),
        }
    }
    if let Some(found) = block.take("enum")
        && let Some(values) = draft.texts(&found)
    {
        field.insert("enum".to_owned(), values.into());
    }
}

/// Nothing may be hidden from people that nobody else fills in, and hints must be good values.
fn asked(draft: &mut Draft, found: &Found<'_>, field: &mut Map<String, Value>, name: &str, script: bool) {
    let is = |field: &Map<String, Value>, flag: &str| field.get(flag) == Some(&true.into());
    if is(field, "automated") && script && !draft.is_told(name) {
        field.shift_remove("automated");
        field.shift_remove("hidden");
        draft.note(found, "is asked of people: what fills it in there is a script that is not part of Syncline");
    }
    if is(field, "secret") && field.contains_key("default_value") {
        field.shift_remove("default_value");
        draft.note(found, "has no default value here: it is a secret");
    }
    let may_be_absent = is(field, "optional") || is(field, "automated") || field.contains_key("default_value");
    if is(field, "hidden") && !may_be_absent {
        field.shift_remove("hidden");
        draft.note(found, "is shown: nobody else could fill it in");
    }
    if !field.contains_key("description")
        && let Some(title) = field.get("title").cloned()
    {
        field.insert("description".to_owned(), title);
    }
    let block: Option<FieldBlock> = serde_json::from_value(field.clone().into()).ok();
    let Some(Ok(whole)) = block.map(|block| block.into_field(name)) else { return };
    for hint in ["example", "default_value"] {
        if let Some(problem) = field.get(hint).and_then(Value::as_str).and_then(|value| whole.check(value).err()) {
            field.shift_remove(hint);
            draft.note(found, &format!("has no {hint} here: it {problem}"));
        }
    }
}

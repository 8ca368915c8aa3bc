//! The format as a page of Markdown, from the same schema.

use std::collections::VecDeque;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{DEFINITIONS, ENTRY, whole};

const HEAD: &str = "# The format of a provider entry

Made by `syncline providers schema --markdown` from the types that read the files. `syncline providers schema` prints the same for editors.

An entry with `base` starts from another one: it needs `key` and nothing else, and `null` takes away what the base says.
";

/// Every block with its fields, from the top of a file down.
pub fn format_page() -> String {
    let definitions = whole();
    let mut page = Page { text: HEAD.to_owned(), waiting: VecDeque::from([(String::new(), &definitions[ENTRY])]), written: Vec::new() };
    while let Some((path, block)) = page.waiting.pop_front() {
        page.block(&path, block);
    }
    for (name, definition) in definitions.iter().filter(|(name, _)| *name == FIELD) {
        page.block(name, definition);
        while let Some((path, block)) = page.waiting.pop_front() {
            page.block(&path, block);
        }
    }
    page.text
}

/// What people fill in, under whatever name.
const FIELD: &str = "field";

struct Page<'a> {
    text: String,
    /// Blocks that were met and not yet written, with their dotted paths.
    waiting: VecDeque<(String, &'a Value)>,
    /// Fields of the blocks that were, and where: many are alike.
    written: Vec<(&'a Map<String, Value>, String)>,
}

impl<'a> Page<'a> {
    fn block(&mut self, path: &str, block: &'a Value) {
        let title = if path.is_empty() { "The file".to_owned() } else { format!("`{path}`") };
        self.line(&format!("\n## {title}\n"));
        if let Some(description) = block["description"].as_str() {
            self.line(description);
        }
        let Some(fields) = fields(block) else { return };
        if let Some((_, place)) = self.written.iter().find(|(known, _)| *known == fields) {
            let same = format!("\nThe fields are those of `{place}`.");
            return self.line(&same);
        }
        self.written.push((fields, path.to_owned()));
        let kinds: Vec<&Value> =
            block["allOf"].as_array().into_iter().flatten().filter(|kind| kind["if"]["properties"].is_object()).collect();
        self.kinds(block, &kinds);
        self.line("\n| Field | Value | Needed | Meaning |\n|---|---|---|---|");
        for (name, schema) in fields.iter().filter(|(_, schema)| schema.as_object().is_none_or(|schema| !schema.is_empty())) {
            let needed = if kinds.is_empty() { told(is_in(&block["required"], name)) } else { needed_by(&kinds, name) };
            let description = schema["description"].as_str().unwrap_or_default();
            self.line(&format!("| `{name}` | {} | {needed} | {} |", cell(&value(schema)), cell(description)));
            if let Some(inner) = inner(schema) {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                self.waiting.push_back((below, inner));
            }
        }
    }

    /// Of a block that has several kinds, each with the fields that it knows.
    fn kinds(&mut self, block: &Value, kinds: &[&Value]) {
        let Some((tag, choice)) = block["properties"].as_object().and_then(|named| named.iter().next()).filter(|_| !kinds.is_empty())
        else {
            return;
        };
        self.line(&format!("\n| `{tag}` | What it is | Fields |\n|---|---|---|"));
        for (kind, about) in kinds.iter().zip(choice["oneOf"].as_array().into_iter().flatten()) {
            let known = kind["then"]["properties"].as_object().into_iter().flatten().map(|(field, _)| field).filter(|field| *field != tag);
            let known: Vec<String> = known.map(|field| format!("`{field}`")).collect();
            let name = about["const"].as_str().unwrap_or_default();
            let about = about["description"].as_str().unwrap_or_default();
            self.line(&format!("| `{name}` | {} | {} |", cell(about), if known.is_empty() { "none".to_owned() } else { known.join(", ") }));
        }
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "{line}").expect("a String takes everything");
    }
}

/// The fields that a block knows, of whatever kind it is.
fn fields(block: &Value) -> Option<&Map<String, Value>> {
    let any = block["allOf"].as_array().and_then(|kinds| kinds.last()).map(|last| &last["then"]["properties"]);
    any.unwrap_or(&block["properties"]).as_object()
}

/// The block that a field holds, alone or in a list.
fn inner(schema: &Value) -> Option<&Value> {
    if schema["properties"].is_object() && schema["additionalProperties"].get("$ref").is_none() {
        return Some(schema);
    }
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    schema.get("items").into_iter().chain(choices).find_map(inner)
}

fn needed_by(kinds: &[&Value], field: &str) -> String {
    let needing = kinds.iter().filter(|kind| is_in(&kind["then"]["required"], field));
    let needing: Vec<String> = needing
        .filter_map(|kind| kind["if"]["properties"].as_object()?.values().next()?["const"].as_str().map(|name| format!("`{name}`")))
        .collect();
    let knowing = kinds.iter().filter(|kind| kind["then"]["properties"].get(field).is_some()).count();
    if needing.len() == knowing { told(true) } else { needing.join(", ") }
}

fn is_in(names: &Value, name: &str) -> bool {
    names.as_array().is_some_and(|names| names.iter().any(|one| one == name))
}

fn told(is_needed: bool) -> String {
    if is_needed { "yes".to_owned() } else { String::new() }
}

/// What may stand there, in words.
fn value(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        return format!("a `{}`", target.trim_start_matches(DEFINITIONS));
    }
    let alternatives = |choices: &[Value], words: &dyn Fn(&Value) -> String| choices.iter().map(words).collect::<Vec<_>>();
    let code = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| format!("`{text}`"));
    if let Some(values) = schema["enum"].as_array() {
        return alternatives(values, &code).join(", ");
    }
    if let Some(values) = schema["oneOf"].as_array() {
        return alternatives(values, &|value| code(&value["const"])).join(", ");
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return alternatives(choices, &value).join(", or ");
    }
    match schema["type"].as_str() {
        Some("string") => "a text".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => "a number".to_owned(),
        Some("array") => format!("a list: {}", value(&schema["items"])),
        Some("object") if schema["additionalProperties"].get("$ref").is_some() => {
            format!("by name: {}", value(&schema["additionalProperties"]))
        }
        Some("object") if schema["properties"].is_object() => "a block".to_owned(),
        Some("object") => format!("by name: {}", value(&schema["additionalProperties"])),
        _ => String::new(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

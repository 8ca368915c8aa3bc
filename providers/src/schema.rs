//! The format of an entry's file as JSON Schema, for editors: they complete it, explain it and mark what does not belong there.
//!
//! ```text
//! the types that parse ──► schemars ──► plain ──► entry            a file that says everything itself
//!                                         └─ based ──► entry_on_base   one that starts from another: nothing is needed, null takes away
//! ```
//!
//! Draft 7, which every editor knows. It holds the shape; what a value means, `examine` finds.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema as _, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::load::File;

mod based;
pub(crate) mod choice;
pub(crate) mod fields;
mod page;
pub(crate) mod pattern;
mod plain;

pub use page::format_page;

const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

const DEFINITIONS: &str = "#/definitions/";

/// The schema. The same text for the same build.
pub fn schema() -> Value {
    let mut definitions = whole();
    for name in definitions.keys().cloned().collect::<Vec<_>>() {
        let relaxed = based::relaxed(&definitions[&name]);
        definitions.insert(based::name(&name), relaxed);
    }
    for own in ["key", "base"] {
        // Never inherited.
        let property = definitions[ENTRY]["properties"][own].clone();
        definitions[&based::name(ENTRY)]["properties"][own] = property;
    }
    definitions[&based::name(ENTRY)]["required"] = json!(["key", "base"]);
    json!({
        "$schema": DIALECT,
        "title": "Provider entry",
        "description": "A provider in Syncline's catalogue.",
        "type": "object",
        "if": { "required": ["base"] },
        "then": { "$ref": format!("{DEFINITIONS}{}", based::name(ENTRY)) },
        "else": { "$ref": format!("{DEFINITIONS}{ENTRY}") },
        "definitions": definitions,
    })
}

const ENTRY: &str = "entry";

/// The definitions of a file that says everything itself.
fn whole() -> Map<String, Value> {
    // Blocks stand where they are used, so that each is explained for its place; what is used most is a definition.
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut generator: SchemaGenerator = settings.into_generator();
    let mut entry = File::json_schema(&mut generator).to_value();
    entry["required"] = json!(File::needed());
    let mut properties = Map::new();
    for (name, property) in entry["properties"].as_object().into_iter().flatten() {
        properties.insert(name.clone(), property.clone());
        if name == "key" {
            properties.insert("base".to_owned(), base());
        }
    }
    entry["properties"] = properties.into();
    let mut definitions = Map::from_iter([(ENTRY.to_owned(), entry)]);
    definitions.extend(generator.take_definitions(true));
    for definition in definitions.values_mut() {
        plain::plain(definition);
    }
    definitions
}

/// It is gone before the types see the file.
fn base() -> Value {
    json!({
        "type": "string",
        "pattern": pattern::KEY,
        "description": "The key of the entry that this one starts from. Blocks are merged key by key, lists and single values are replaced, null takes a \
                        key away.",
    })
}

#[cfg(test)]
mod tests;

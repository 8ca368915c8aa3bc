//! Blocks of fields that people fill in: some names are known and described already.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::DEFINITIONS;
use crate::entry::field::FieldBlock;
use crate::entry::standard;

/// A field with a standard name.
const STANDARD: &str = "standard_field";
/// Any other, which has to say what it is.
const OWN: &str = "field";

/// Of `connection_config`, `credentials` and `integration_config`.
pub(crate) fn named(generator: &mut SchemaGenerator) -> Schema {
    let standard = generator.subschema_for::<FieldBlock>().to_value();
    let mut own = standard.clone();
    own["required"] = json!(FieldBlock::NEEDED);
    generator.definitions_mut().insert(STANDARD.to_owned(), standard);
    generator.definitions_mut().insert(OWN.to_owned(), own);
    let to = |definition: &str| json!({ "$ref": format!("{DEFINITIONS}{definition}") });
    let known: Map<String, Value> = standard::names().map(|name| (name.to_owned(), to(STANDARD))).collect();
    json_schema!({ "type": "object", "properties": known, "additionalProperties": to(OWN) })
}

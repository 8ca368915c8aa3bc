//! One field of a form.

use serde_json::{Map, Value, json};

use crate::{Field, FieldFormat, Language, Pattern};

pub(super) fn all<'a>(fields: impl Iterator<Item = (&'a String, &'a Field)>, language: Language) -> Map<String, Value> {
    fields.map(|(name, field)| (name.clone(), one(field, language))).collect()
}

fn one(field: &Field, language: Language) -> Value {
    let mut wire = json!({ "type": "string", "title": field.title.get(language), "description": field.description.get(language) });
    let texts = [
        ("pattern", field.pattern.as_ref().map(Pattern::source)),
        ("format", field.format.map(FieldFormat::as_str)),
        ("example", field.example.as_deref()),
        ("prefix", field.prefix.as_deref()),
        ("suffix", field.suffix.as_deref()),
        ("default_value", field.default_value.as_deref()),
        ("doc_section", field.doc_section.as_deref()),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            wire[name] = text.into();
        }
    }
    for (name, set) in [("optional", field.optional), ("secret", field.secret), ("automated", field.automated), ("hidden", field.hidden)] {
        if set {
            wire[name] = true.into();
        }
    }
    if !field.allowed.is_empty() {
        wire["enum"] = json!(field.allowed);
    }
    if let Some(order) = field.order {
        wire["order"] = order.into();
    }
    if let Some(when) = &field.visible_when {
        wire["visible_when"] = json!({ "field": when.field, "equals": when.equals });
    }
    wire
}

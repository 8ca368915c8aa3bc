//! What a person supplies where no browser has to visit the provider (wire contract 1.13), held against the entry's fields.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use syncline_domain::Secret;
use syncline_providers::{AskedField, FieldPlace};

use crate::ModeError;
use crate::setting::{Fields, Setting};

/// Field to value, under the wire's names.
pub(crate) type Supplied = BTreeMap<String, Secret>;

/// Wire contract 1.6: keys, user names and passwords.
const MAX_SHORT_CHARS: usize = 1024;
/// Certificates with their chains are the longest that is supplied; tokens of this length are the longest that the contract knows.
const MAX_LONG_CHARS: usize = 16 * 1024;

/// Takes what the entry asks for and nothing else. `more`: fields that the mode knows besides. `type` may say the mode, as clients do.
pub(crate) fn read(setting: &Setting<'_>, given: &Map<String, Value>, more: &[&str]) -> Result<Supplied, ModeError> {
    let asked = asked(setting);
    let mut texts = Map::new();
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        if name == "type" {
            if value != setting.entry.auth.mode() {
                return Err(input(name, format!("must be `{}`", setting.entry.auth.mode())));
            }
        } else if asked.iter().any(|field| field.name == *name) || more.contains(&name.as_str()) {
            texts.insert(name.clone(), text(name, value)?.into());
        } else {
            let known: Vec<&str> = asked.iter().map(|field| field.name.as_str()).chain(more.iter().copied()).collect();
            return Err(input(name, format!("is not a field of `{}`; known are {}", setting.entry.key, known.join(", "))));
        }
    }
    setting.entry.check_credentials(&texts).map_err(|defect| input(&defect.field, defect.problem))?;
    for asked in asked {
        let is_said = texts.get(&asked.name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        if let (false, Some(default)) = (is_said, asked.field.default_value) {
            texts.insert(asked.name, default.into());
        }
    }
    let filled = texts.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) if !text.is_empty() => Some((name, Secret::new(text))),
        _ => None,
    });
    Ok(filled.collect())
}

/// A field without which there is nothing to do.
pub(crate) fn require<'s>(supplied: &'s Supplied, name: &str) -> Result<&'s Secret, ModeError> {
    supplied.get(name).ok_or_else(|| input(name, "is missing".to_owned()))
}

/// One value as text, within its length.
pub(crate) fn text(name: &str, value: &Value) -> Result<String, ModeError> {
    let text = match value {
        Value::String(text) => text.clone(),
        // Ids are often written as numbers.
        Value::Number(number) => number.to_string(),
        _ => return Err(input(name, "must be a text".to_owned())),
    };
    let longest = if matches!(name, "apiKey" | "username" | "password") { MAX_SHORT_CHARS } else { MAX_LONG_CHARS };
    if text.chars().count() > longest {
        return Err(input(name, format!("must have at most {longest} characters")));
    }
    Ok(text)
}

/// Something that the person has to correct.
pub(crate) fn input(field: &str, problem: String) -> ModeError {
    ModeError::Input { field: field.to_owned(), problem }
}

fn asked(setting: &Setting<'_>) -> Vec<AskedField> {
    setting.entry.fields().into_iter().filter(|asked| asked.place == FieldPlace::Credentials).collect()
}

/// What templates read while a token is bought: what was supplied, and `more` that belongs to this moment.
pub(crate) struct Known<'a> {
    pub(crate) supplied: &'a Supplied,
    pub(crate) more: &'a [(&'a str, &'a str)],
}

impl Fields for Known<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        let more = self.more.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        more.or_else(|| self.supplied.get(name).map(Secret::expose))
    }
}

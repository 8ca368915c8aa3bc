//! How requests name syncs: `"name"`, `"name::variant"` or `{"name", "variant"}`.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use syncline_domain::{FunctionName, NameDefect, Variant};
use syncline_store::SyncRow;
use utoipa::ToSchema;

use crate::openapi::{FunctionNameText, VariantText};

/// How a sync is named: `"name"`, `"name::variant"`, or an object.
#[derive(ToSchema, serde::Serialize)]
#[schema(as = SyncReference)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what `SyncRef` reads by hand")]
pub(crate) enum SyncRefText {
    Text(SyncRefWord),
    Object(SyncRefObject),
}

/// `name` or `name::variant`
#[derive(ToSchema, serde::Serialize)]
#[schema(as = SyncReferenceText, pattern = "^[A-Za-z0-9_-]{1,255}(::[A-Za-z0-9_-]{1,255})?$", example = "issues")]
pub(crate) struct SyncRefWord(String);

/// Name and variant apart.
#[derive(ToSchema, serde::Serialize, Deserialize)]
#[schema(as = SyncReferenceObject)]
#[serde(deny_unknown_fields)]
pub(crate) struct SyncRefObject {
    #[schema(value_type = FunctionNameText)]
    name: FunctionName,
    #[serde(default = "Variant::base")]
    #[schema(value_type = VariantText)]
    variant: Variant,
}

/// A sync's name and variant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct SyncRef {
    name: FunctionName,
    variant: Variant,
}

impl SyncRef {
    /// Reads `name` or `name::variant`.
    pub(super) fn parse(text: &str) -> Result<Self, NameDefect> {
        let (name, variant) = text.split_once("::").unwrap_or((text, Variant::BASE));
        Ok(Self { name: FunctionName::new(name)?, variant: Variant::new(variant)? })
    }

    /// The function's name, whatever the variant.
    pub(super) fn name(&self) -> &FunctionName {
        &self.name
    }

    /// Whether this is `sync`.
    pub(super) fn names(&self, sync: &SyncRow) -> bool {
        self.name == sync.name && self.variant == sync.variant
    }
}

impl fmt::Display for SyncRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.variant.is_base() { self.name.fmt(f) } else { write!(f, "{}::{}", self.name, self.variant) }
    }
}

impl<'de> Deserialize<'de> for SyncRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Self::parse(&text).map_err(D::Error::custom),
            value => serde_json::from_value(value).map(|SyncRefObject { name, variant }| Self { name, variant }).map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn all_spellings_name_the_same_sync() {
        let named = |value| from_value::<SyncRef>(value).unwrap().to_string();
        assert_eq!(named(json!("issues")), "issues");
        assert_eq!(named(json!({ "name": "issues" })), "issues");
        assert_eq!(named(json!("issues::base")), "issues");
        assert_eq!(named(json!("issues::team-a")), "issues::team-a");
        assert_eq!(named(json!({ "name": "issues", "variant": "team-a" })), "issues::team-a");
        for bad in [json!(""), json!("a::"), json!("a::b::c"), json!(1), json!({ "variant": "a" }), json!({ "name": "a", "x": 1 })] {
            assert!(from_value::<SyncRef>(bad.clone()).is_err(), "{bad}");
        }
    }
}

//! A field as a file writes it: what the file leaves out, the standard field of that name has.

use serde::Deserialize;

use super::{Field, FieldFormat, Pattern, VisibleWhen};
use crate::Text;
use crate::entry::standard;

/// As written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldBlock {
    title: Option<Text>,
    description: Option<Text>,
    pattern: Option<Pattern>,
    format: Option<FieldFormat>,
    example: Option<String>,
    prefix: Option<String>,
    suffix: Option<String>,
    default_value: Option<String>,
    #[serde(default)]
    optional: bool,
    secret: Option<bool>,
    #[serde(default)]
    automated: bool,
    #[serde(default)]
    hidden: bool,
    #[serde(default, rename = "enum")]
    allowed: Vec<String>,
    order: Option<u32>,
    doc_section: Option<String>,
    visible_when: Option<VisibleWhen>,
}

impl FieldBlock {
    /// The field of this name, or which part is missing.
    pub(crate) fn into_field(self, name: &str) -> Result<Field, &'static str> {
        let standard = standard::field(name);
        let (title, description, secret) = match standard {
            Some(standard) => (Some(standard.title), Some(standard.description), standard.secret),
            None => (None, None, false),
        };
        Ok(Field {
            title: self.title.or(title).ok_or("title")?,
            description: self.description.or(description).ok_or("description")?,
            pattern: self.pattern,
            format: self.format,
            example: self.example,
            prefix: self.prefix,
            suffix: self.suffix,
            default_value: self.default_value,
            optional: self.optional,
            secret: self.secret.unwrap_or(secret),
            automated: self.automated,
            hidden: self.hidden,
            allowed: self.allowed,
            order: self.order,
            doc_section: self.doc_section,
            visible_when: self.visible_when,
        })
    }
}

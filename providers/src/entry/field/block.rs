//! A field as a file writes it: what the file leaves out, the standard field of that name has.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Field, FieldFormat, Pattern, VisibleWhen};
use crate::Text;
use crate::entry::standard;

/// What people are asked for, or what the server fills in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldBlock {
    /// The label: a text, or texts by language. A field with a standard name has one already.
    title: Option<Text>,
    /// What it is and where to find it: a text, or texts by language. A field with a standard name has one already.
    description: Option<Text>,
    /// A regular expression that the whole value must match.
    pattern: Option<Pattern>,
    /// What kind of text the value is.
    format: Option<FieldFormat>,
    /// A placeholder; must be a good value itself.
    example: Option<String>,
    /// Shown before the input, never part of the value: `https://`.
    prefix: Option<String>,
    /// Shown after the input, never part of the value: `.example.com`.
    suffix: Option<String>,
    /// Used when nothing is said; not for secrets.
    default_value: Option<String>,
    /// May be left out.
    #[serde(default)]
    optional: bool,
    /// Shown as dots; may not stand in a URL.
    secret: Option<bool>,
    /// Filled by the server from the callback or the token answer, never asked.
    #[serde(default)]
    automated: bool,
    /// Not shown; needs a `default_value`, `optional` or `automated`.
    #[serde(default)]
    hidden: bool,
    /// The only values.
    #[serde(default, rename = "enum")]
    allowed: Vec<String>,
    /// Position in the form; fields without one come after.
    order: Option<u32>,
    /// Anchor on the `docs_connect` page.
    doc_section: Option<String>,
    /// Asked for only while another field of the block has a value.
    visible_when: Option<VisibleWhen>,
}

impl FieldBlock {
    /// What a field without a standard name must say.
    pub(crate) const NEEDED: &[&str] = &["title", "description"];

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

//! What a connection, or an integration, is asked for.

use std::borrow::Cow;

use indexmap::IndexMap;
use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::{Host, Url};

use crate::Text;

mod block;

pub(crate) use block::FieldBlock;

/// One value that a connection carries.
#[derive(Clone, Debug)]
pub struct Field {
    /// Label.
    pub title: Text,
    /// What it is and where the user finds it.
    pub description: Text,
    /// The whole value must match.
    pub pattern: Option<Pattern>,
    /// What kind of text the value is.
    pub format: Option<FieldFormat>,
    /// Placeholder.
    pub example: Option<String>,
    /// Shown before the input, never part of the value: `https://`.
    pub prefix: Option<String>,
    /// Shown after the input, never part of the value: `.example.com`.
    pub suffix: Option<String>,
    /// Used when nothing is said.
    pub default_value: Option<String>,
    /// May be left out.
    pub optional: bool,
    /// Shown as dots.
    pub secret: bool,
    /// Filled by the server, never asked.
    pub automated: bool,
    /// Not shown; the default value or nothing is used unless a caller says otherwise.
    pub hidden: bool,
    /// The only values allowed, if there are any.
    pub allowed: Vec<String>,
    /// Position in the form; those with one come first.
    pub order: Option<u32>,
    /// Anchor of the section that explains it, on the entry's `docs_connect` page.
    pub doc_section: Option<String>,
    /// Asked for only while another field has this value.
    pub visible_when: Option<VisibleWhen>,
}

/// What kind of text a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldFormat {
    /// A host's name, without scheme, port or path.
    Hostname,
    /// 8-4-4-4-12 hexadecimal digits (RFC 9562, 4).
    Uuid,
    /// An address with one `@`.
    Email,
    /// An absolute http or https URL.
    Uri,
}

impl FieldFormat {
    /// The wire's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hostname => "hostname",
            Self::Uuid => "uuid",
            Self::Email => "email",
            Self::Uri => "uri",
        }
    }

    fn check(self, value: &str) -> Result<(), &'static str> {
        let (fine, problem) = match self {
            Self::Hostname => (is_hostname(value), "must be a host name such as api.example.com, without https:// and path"),
            Self::Uuid => (is_uuid(value), "must be a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
            Self::Email => (is_email(value), "must be an e-mail address"),
            Self::Uri => (is_uri(value), "must be a URL such as https://example.com"),
        };
        if fine { Ok(()) } else { Err(problem) }
    }
}

/// When a field is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VisibleWhen {
    /// Another field of the same block.
    pub field: String,
    /// The value that it must have.
    pub equals: String,
}

/// A regular expression that the whole value must match.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    whole: Regex,
}

impl Pattern {
    /// As written.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        let whole = Regex::new(&format!("^(?:{source})$")).map_err(|_| serde::de::Error::custom("not a regular expression"))?;
        Ok(Self { source, whole })
    }
}

/// Without `format`: editors know the expressions of another language.
impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// A value that does not fit its field.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct FieldDefect {
    /// Key below `connection_config`, `credentials` or `integration_config`.
    pub field: String,
    /// For a person; never repeats the value.
    pub problem: String,
}

impl Field {
    /// Checks one value.
    pub fn check(&self, value: &str) -> Result<(), String> {
        if let Some(format) = self.format {
            format.check(value)?;
        }
        if let Some(pattern) = &self.pattern
            && !pattern.whole.is_match(value)
        {
            return Err(format!("must match {}", pattern.source));
        }
        if !self.allowed.is_empty() && !self.allowed.iter().any(|allowed| allowed == value) {
            return Err(format!("must be one of {}", self.allowed.join(", ")));
        }
        Ok(())
    }

    /// A value that fits, for requests that are built and not sent: the example, the default, the first that is allowed, or a word.
    pub fn sample(&self) -> &str {
        self.example.as_deref().or(self.default_value.as_deref()).or(self.allowed.first().map(String::as_str)).unwrap_or("abc123")
    }

    /// Whether nobody has to say it.
    pub fn may_be_absent(&self) -> bool {
        self.optional || self.automated || self.default_value.is_some()
    }
}

/// Checks values against their fields. Values without a field are none of our business.
pub(super) fn check_all<'a>(
    fields: impl Iterator<Item = (&'a str, &'a Field)>,
    values: &Map<String, Value>,
    all: &IndexMap<String, Field>,
) -> Result<(), FieldDefect> {
    for (key, field) in fields {
        let defect = |problem: String| FieldDefect { field: key.to_owned(), problem };
        match values.get(key) {
            Some(Value::String(value)) if !value.is_empty() => field.check(value).map_err(defect)?,
            Some(Value::String(_) | Value::Null) | None if field.may_be_absent() || !is_visible(field, values, all) => {}
            Some(Value::String(_) | Value::Null) | None => return Err(defect("is missing".to_owned())),
            Some(_) => return Err(defect("must be a string".to_owned())),
        }
    }
    Ok(())
}

/// Whether the field that this one depends on has the value, by default or said.
fn is_visible(field: &Field, values: &Map<String, Value>, all: &IndexMap<String, Field>) -> bool {
    let Some(VisibleWhen { field: other, equals }) = &field.visible_when else { return true };
    let said = values.get(other).and_then(Value::as_str).filter(|value| !value.is_empty());
    said.or_else(|| all.get(other)?.default_value.as_deref()) == Some(equals)
}

fn is_hostname(value: &str) -> bool {
    let plain = value.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
    plain && !value.ends_with('.') && matches!(Host::parse(value), Ok(Host::Domain(_) | Host::Ipv4(_)))
}

fn is_uuid(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && value.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let inner = |text: &str| !text.is_empty() && !text.contains('@') && !text.contains(char::is_whitespace);
    inner(local) && inner(domain) && domain.contains('.')
}

fn is_uri(value: &str) -> bool {
    Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}

//! Text with holes: `https://${connectionConfig.subdomain}.example.com`.
//!
//! ```text
//! expression = alternative ( "||" alternative )*        the first that is there and not empty
//! alternative = name | 'text' | function( template ( "," template )* )
//! function    = base64 | sha256Hex | hmacSha256Hex | urlEncode
//! name        = connectionConfig.KEY | credentials.KEY | integration.KEY | stepN.PATH | random | now | now.ms | now.iso
//!             | apiKey | accessToken | refreshToken | username | password | clientId | clientSecret    short for one of these
//! ```

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use function::Function;
pub(crate) use function::hex;

mod function;
pub(crate) mod parse;

/// Something that a template reads from a connection.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Name {
    /// `connectionConfig.KEY`
    ConnectionConfig(String),
    /// `credentials.KEY`, by the wire's field names; of both tokens of an app with its user `credentials.app.KEY` and
    /// `credentials.user.KEY`. `apiKey`, `accessToken`, `refreshToken`, `username` and `password` are short for one of these.
    Credential(String),
    /// `integration.KEY`: the integration's own settings, its client among them. `clientId` and `clientSecret` are short for
    /// `integration.client_id` and `integration.client_secret`.
    Integration(String),
    /// `stepN.PATH`: what an earlier request of an exchange answered; from 1.
    Step(usize, String),
    /// `random`: a UUID, the same all through one request.
    Random,
    /// `now`: the present.
    Now(Moment),
}

/// How the present is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Moment {
    /// `now`: seconds since 1970.
    Seconds,
    /// `now.ms`: milliseconds since 1970.
    Millis,
    /// `now.iso`: RFC 3339 in UTC, whole seconds.
    Iso,
}

impl Name {
    /// Whether this reads something that must not be shown.
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Credential(_) | Self::Step(..) => true,
            Self::Integration(key) => key != "client_id" && key != "app_link" && key != "app_id",
            Self::ConnectionConfig(_) | Self::Random | Self::Now(_) => false,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConnectionConfig(key) => write!(f, "connectionConfig.{key}"),
            Self::Credential(key) => write!(f, "credentials.{key}"),
            Self::Integration(key) => write!(f, "integration.{key}"),
            Self::Step(step, path) => write!(f, "step{step}.{path}"),
            Self::Random => f.write_str("random"),
            Self::Now(Moment::Seconds) => f.write_str("now"),
            Self::Now(Moment::Millis) => f.write_str("now.ms"),
            Self::Now(Moment::Iso) => f.write_str("now.iso"),
        }
    }
}

/// Where a template's names get their values.
pub trait Values {
    /// The value of `name`; `None` where the connection has none.
    fn value(&self, name: &Name) -> Option<Cow<'_, str>>;
}

/// Text with holes, parsed once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Hole(Vec<Alternative>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Alternative {
    Name(Name),
    Text(String),
    Call(Function, Vec<Template>),
}

/// Text that is not a template.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{problem} in the template `{template}`")]
pub struct TemplateDefect {
    /// The text at fault.
    pub template: String,
    /// For a person.
    pub problem: String,
}

/// A template whose hole cannot be filled for this connection.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unresolved {
    /// No alternative of a hole has a value.
    #[error("`{name}` is not set")]
    Missing {
        /// The first name of the hole.
        name: Name,
    },
    /// The value would change the meaning of the URL around it.
    #[error("the value of `{name}` does not fit into a URL at that place")]
    Unfit {
        /// Whose value.
        name: Name,
    },
}

impl Template {
    /// Parses `source`. A `$` that does not begin a hole stands for itself.
    pub fn parse(source: &str) -> Result<Self, TemplateDefect> {
        parse::template(source)
    }

    /// The text it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the text has no holes.
    pub fn is_constant(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// Every name that the template reads, also inside functions.
    pub fn names(&self) -> Vec<&Name> {
        let mut names = Vec::new();
        for part in &self.parts {
            let Part::Hole(alternatives) = part else { continue };
            for alternative in alternatives {
                match alternative {
                    Alternative::Name(name) => names.push(name),
                    Alternative::Call(_, arguments) => names.extend(arguments.iter().flat_map(Self::names)),
                    Alternative::Text(_) => {}
                }
            }
        }
        names
    }

    /// Whether a credential is in it.
    pub fn is_secret(&self) -> bool {
        self.names().into_iter().any(Name::is_secret)
    }

    /// The text with each hole's constant in place, or the letter `x`; `None` where the text begins with a hole that has no constant.
    pub(crate) fn sample(&self) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(constant) => text.push_str(constant),
                Part::Hole(alternatives) => {
                    match alternatives.iter().find_map(|a| if let Alternative::Text(t) = a { Some(t) } else { None }) {
                        Some(constant) => text.push_str(constant),
                        None if text.is_empty() => return None,
                        None => text.push('x'),
                    }
                }
            }
        }
        Some(text)
    }

    /// The text with a placeholder in each hole: `<client_id>`, `<baseUrl or https://api.example.com>`.
    pub(crate) fn sketch(&self) -> String {
        let hole = |alternatives: &[Alternative]| match alternatives {
            [Alternative::Text(text)] => text.clone(),
            [Alternative::Call(..)] => alternatives[0].sketch(),
            _ => format!("<{}>", alternatives.iter().map(Alternative::sketch).collect::<Vec<_>>().join(" or ")),
        };
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Hole(alternatives) => hole(alternatives),
        });
        parts.collect()
    }

    /// Fills every hole.
    pub fn resolve(&self, values: &dyn Values) -> Result<String, Unresolved> {
        self.fill(values, false, |_, _| true)
    }

    /// Fills every hole of a URL so that no value can leave its place: one in the host cannot end the host (and so send the credentials
    /// elsewhere), one in the path cannot begin a query or climb. A value that begins the text is a URL of its own and is taken whole.
    pub fn resolve_url(&self, values: &dyn Values) -> Result<String, Unresolved> {
        self.fill(values, false, |before, value| match before.split_once("://") {
            None => before.is_empty() && !value.contains(['\\', '@', '?', '#']) && !value.contains(char::is_control),
            Some((_, rest)) if !rest.contains('/') => {
                !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':'))
            }
            Some(_) => {
                !value.contains(['?', '#', '\\', '%'])
                    && !value.contains(|c: char| c.is_control() || c.is_whitespace())
                    && value.split('/').all(|segment| segment != "." && segment != "..")
            }
        })
    }

    fn fill(&self, values: &dyn Values, empty: bool, fits: impl Fn(&str, &str) -> bool) -> Result<String, Unresolved> {
        let mut text = String::with_capacity(self.source.len());
        for part in &self.parts {
            match part {
                Part::Text(constant) => text.push_str(constant),
                Part::Hole(alternatives) => {
                    let (value, name) = first(alternatives, values, empty)?;
                    match name {
                        Some(name) if !fits(&text, &value) => return Err(Unresolved::Unfit { name: name.clone() }),
                        _ => text.push_str(&value),
                    }
                }
            }
        }
        Ok(text)
    }
}

impl Alternative {
    fn sketch(&self) -> String {
        match self {
            Self::Name(Name::ConnectionConfig(key) | Name::Credential(key) | Name::Integration(key)) => key.clone(),
            Self::Name(Name::Random) => "uuid".to_owned(),
            Self::Name(name) => name.to_string(),
            Self::Text(text) => text.clone(),
            Self::Call(function, arguments) => {
                format!("{}({})", function.name(), arguments.iter().map(Template::sketch).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

fn first<'a>(alternatives: &'a [Alternative], values: &'a dyn Values, empty: bool) -> Result<(Cow<'a, str>, Option<&'a Name>), Unresolved> {
    let mut missing = None;
    for alternative in alternatives {
        match alternative {
            Alternative::Text(text) => return Ok((text.into(), None)),
            Alternative::Name(name) => match values.value(name).filter(|value| empty || !value.is_empty()) {
                Some(value) => return Ok((value, Some(name))),
                None => missing = missing.or_else(|| Some(Unresolved::Missing { name: name.clone() })),
            },
            // Inside a pair (`${username}:${password}`) an empty value is a value: many providers take the key as user and no password.
            Alternative::Call(function, arguments) => {
                match arguments.iter().map(|argument| argument.fill(values, true, |_, _| true)).collect::<Result<Vec<_>, _>>() {
                    Ok(arguments_filled) => {
                        let name = arguments.iter().flat_map(Template::names).next();
                        return Ok((function.call(&arguments_filled).into(), name));
                    }
                    Err(defect) => missing = missing.or(Some(defect)),
                }
            }
        }
    }
    Err(missing.expect("a hole has at least one alternative"))
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = String::deserialize(deserializer)?;
        Self::parse(&source).map_err(serde::de::Error::custom)
    }
}

/// Its grammar nests, which a pattern cannot say.
impl JsonSchema for Template {
    fn schema_name() -> Cow<'static, str> {
        "template".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests;

//! Names that the outside chooses, each valid by construction. Rules: wire contract 1.6.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A name that breaks its rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {problem}")]
pub struct NameDefect {
    what: &'static str,
    problem: String,
}

const MAX_CHARS: usize = 255;

fn check(what: &'static str, text: &str, allowed: impl Fn(char) -> bool, rule: &str) -> Result<(), NameDefect> {
    let problem = if text.is_empty() {
        "is empty".to_owned()
    } else if text.chars().count() > MAX_CHARS {
        format!("is longer than {MAX_CHARS} characters")
    } else if let Some(bad) = text.chars().find(|c| !allowed(*c)) {
        format!("contains {bad:?}; allowed are {rule}")
    } else {
        return Ok(());
    };
    Err(NameDefect { what, problem })
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $what:literal, $allowed:expr, $rule:literal $(, not $refused:pat, $why:literal)?;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the rule.
            pub fn new(text: impl Into<String>) -> Result<Self, NameDefect> {
                let text = text.into();
                check($what, &text, $allowed, $rule)?;
                $(if let $refused = text.as_str() {
                    return Err(NameDefect { what: $what, problem: format!("cannot be `{text}`, {}", $why) });
                })?
                Ok(Self(text.into_boxed_str()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

names! {
    /// An environment's name.
    EnvironmentName: "the environment's name", |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-',
        "lower-case letters, digits, `_` and `-`";
    /// An integration's unique key: the wire's `provider_config_key`. It is a part of paths: whoever resolves a URL takes dots out of it, also where
    /// they are encoded.
    IntegrationKey: "the integration's key", |c| c.is_ascii_alphanumeric() || "~:.@ _-".contains(c),
        "letters, digits, space and `~ : . @ _ -`", not "." | "..", "which has no place in a URL";
    /// A connection's public id: the wire's `connection_id`. One of dots alone is reached by parameters and bodies only.
    ConnectionName: "the connection id", |c| c.is_ascii_alphanumeric() || ",.;:=+~[]|@${}\"'\\/_ -".contains(c),
        "letters, digits, space and `, . ; : = + ~ [ ] | @ $ { } \" ' \\ / _ -`";
    /// A function's name.
    FunctionName: "the function's name", word, "letters, digits, `_` and `-`";
    /// A sync's variant: a partition of a sync on one connection.
    Variant: "the variant", word, "letters, digits, `_` and `-`";
    /// By which an operator signs in, and by which others know who did something.
    OperatorName: "the operator's name", |c| c == ' ' || is_seen(c), "letters and signs that can be seen, and the space";
}

/// Two names that look alike should not differ in what nobody sees: controls, spaces of other widths, marks of direction.
fn is_seen(c: char) -> bool {
    let is_mark = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !c.is_control() && !c.is_whitespace() && !is_mark
}

impl OperatorName {
    /// Two operators never have the same: names are told apart without regard to case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl Variant {
    /// The variant that every sync has without asking.
    pub const BASE: &'static str = "base";

    /// The base variant.
    pub fn base() -> Self {
        Self(Self::BASE.into())
    }

    /// Whether this is the base variant.
    pub fn is_base(&self) -> bool {
        &*self.0 == Self::BASE
    }
}

/// A model's name: an upper-case letter, then letters, digits, `_` and `-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct ModelName(Box<str>);

impl ModelName {
    /// Checks the rule.
    pub fn new(text: impl Into<String>) -> Result<Self, NameDefect> {
        let text = text.into();
        check("the model's name", &text, word, "letters, digits, `_` and `-`")?;
        if !text.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Err(NameDefect { what: "the model's name", problem: format!("`{text}` does not begin with an upper-case letter") });
        }
        Ok(Self(text.into_boxed_str()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ModelName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_character_is_wrong() {
        let defect = IntegrationKey::new("git/hub").unwrap_err().to_string();
        assert_eq!(defect, "the integration's key contains '/'; allowed are letters, digits, space and `~ : . @ _ -`");
        let defect = IntegrationKey::new("..").unwrap_err().to_string();
        assert_eq!(defect, "the integration's key cannot be `..`, which has no place in a URL");
        assert!(IntegrationKey::new(".").is_err() && ConnectionName::new("..").is_ok() && IntegrationKey::new("...").is_ok());
        assert!(ConnectionName::new("a/b{c}\"d\"").is_ok());
        assert!(ConnectionName::new("a<b>").is_err());
        assert!(ModelName::new("issue").is_err());
        assert!(FunctionName::new("a".repeat(256)).is_err());
    }

    #[test]
    fn an_operators_name_hides_nothing() {
        for name in ["Ada", "Ada Lovelace", "Zoë <script>", "李雷"] {
            assert!(OperatorName::new(name).is_ok(), "{name}");
        }
        for name in ["", "a\u{202e}b", "a\u{200b}", "a\tb", "a\u{a0}b", "a\0"] {
            assert!(OperatorName::new(name).is_err(), "{name:?}");
        }
        assert_eq!(OperatorName::new("ADA Ö").unwrap().key(), OperatorName::new("ada ö").unwrap().key());
    }
}

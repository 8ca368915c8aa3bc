//! The languages in which a person can be asked, and texts in them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A language that fields are described in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Language {
    /// English, which every text has.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::En, Self::De, Self::Fr, Self::Es];

    /// The primary subtag (RFC 5646): `de`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
        }
    }

    /// The language of a tag such as `de-AT`; `None` for one that is not spoken here.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// The best language for an `Accept-Language` header (RFC 9110, 12.5.4): the highest weight that is spoken here, else English.
    pub fn negotiate(accept_language: &str) -> Self {
        let mut best = (0.0_f32, Self::En);
        for item in accept_language.split(',') {
            let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            if let Some(language) = Self::of_tag(tag)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// A text for people: in English, and maybe in other languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    english: Cow<'static, str>,
    others: [Option<Cow<'static, str>>; 3],
}

impl Text {
    /// One that is there in all languages, in the order of [`Language::ALL`].
    pub(crate) const fn of([en, de, fr, es]: [&'static str; 4]) -> Self {
        Self { english: Cow::Borrowed(en), others: [Some(Cow::Borrowed(de)), Some(Cow::Borrowed(fr)), Some(Cow::Borrowed(es))] }
    }

    /// In `language` where it is translated, else in English.
    pub fn get(&self, language: Language) -> &str {
        let other = match language {
            Language::En => None,
            Language::De => self.others[0].as_deref(),
            Language::Fr => self.others[1].as_deref(),
            Language::Es => self.others[2].as_deref(),
        };
        other.unwrap_or(&self.english)
    }

    /// Whether there is nothing to read.
    pub(crate) fn is_blank(&self) -> bool {
        self.english.trim().is_empty() || self.others.iter().flatten().any(|text| text.trim().is_empty())
    }
}

impl From<&'static str> for Text {
    fn from(english: &'static str) -> Self {
        Self { english: english.into(), others: [None, None, None] }
    }
}

/// The English text, which logs and errors use.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english)
    }
}

/// A text in several languages.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Translations {
    /// English, which is shown where another is missing.
    en: String,
    /// German.
    de: Option<String>,
    /// French.
    fr: Option<String>,
    /// Spanish.
    es: Option<String>,
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "text".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string", "minLength": 1 }, generator.subschema_for::<Translations>()] })
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;
        impl<'de> Visitor<'de> for AnyText {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or texts under en, de, fr and es")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text { english: text.to_owned().into(), others: [None, None, None] })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                let Translations { en, de, fr, es } = Translations::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Text { english: en.into(), others: [de, fr, es].map(|text| text.map(Into::into)) })
            }
        }
        deserializer.deserialize_any(AnyText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_is_spoken_here_wins() {
        let cases = [
            ("", Language::En),
            ("de-AT,de;q=0.9,en;q=0.8", Language::De),
            ("it, fr;q=0.5, en;q=0.4", Language::Fr),
            ("en;q=0.1, es-MX;q=0.7", Language::Es),
            ("de;q=0, *", Language::En),
            ("de;q=garbage", Language::En),
            ("zh", Language::En),
        ];
        for (header, language) in cases {
            assert_eq!(Language::negotiate(header), language, "{header}");
        }
    }

    #[test]
    fn a_text_falls_back_to_english() {
        let text: Text = serde_saphyr::from_str("{en: Key, de: Schlüssel}").unwrap();
        assert_eq!((text.get(Language::De), text.get(Language::Fr)), ("Schlüssel", "Key"));
        assert!(serde_saphyr::from_str::<Text>("{de: Schlüssel}").is_err());
        assert!(serde_saphyr::from_str::<Text>("{en: Key, it: Chiave}").is_err());
    }
}

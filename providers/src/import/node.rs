//! The file as it is written: maps keep their order, and every value the line of its key.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

/// The largest such file that is known has less than one; what is larger is something else.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Ten times what that file has. Anchors count as often as they are used.
const MAX_NODES: usize = 400_000;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// From 1: of its key in a map, of itself in a list.
    pub(super) line: usize,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    Nothing,
    Text(String),
    /// As it is written in a request.
    Number(String),
    Flag(bool),
    List(Vec<Node>),
    Map(Map),
}

/// In the order of the file.
pub(super) type Map = Vec<(String, Node)>;

/// A text that is no map of definitions.
pub(super) struct Unreadable {
    pub(super) line: usize,
    pub(super) problem: String,
}

/// The definitions of a file by key.
pub(super) fn read(text: &str) -> Result<Map, Unreadable> {
    if text.len() > MAX_BYTES {
        let problem = format!("the file has {} bytes; {MAX_BYTES} are the most that is read", text.len());
        return Err(Unreadable { line: 1, problem });
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: MAX_NODES },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES },
        // YAML 1.2, as those read it for whom such files were written: `no` is a text.
        strict_booleans: true,
        with_snippet: false,
    };
    let whole: Spanned<Value> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
        let message = error.to_string();
        let problem = message.rsplit_once(" at line ").map_or(message.as_str(), |(problem, _)| problem);
        Unreadable { line, problem: format!("is not YAML that can be read: {problem}") }
    })?;
    match whole.value {
        Value::Map(map) => Ok(map),
        _ => Err(Unreadable { line: 1, problem: "must be a map from the keys of providers to their definitions".to_owned() }),
    }
}

impl Node {
    /// Whether there is nothing: a key without a value.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.value, Value::Nothing)
    }

    /// A text, or a number or a flag as one.
    pub(super) fn text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Flag(flag) => Some(flag.to_string()),
            Value::Nothing | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match &self.value {
            Value::Flag(flag) => Some(*flag),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Node]> {
        if let Value::List(list) = &self.value { Some(list) } else { None }
    }

    pub(super) fn map(&self) -> Option<&Map> {
        if let Value::Map(map) = &self.value { Some(map) } else { None }
    }

    /// The same place with another map.
    pub(super) fn with_map(&self, map: Map) -> Self {
        Self { line: self.line, value: Value::Map(map) }
    }

    /// Whether it is a number or a flag, which some places must not turn into a text.
    pub(super) fn is_number_or_flag(&self) -> bool {
        matches!(self.value, Value::Number(_) | Value::Flag(_))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Nothing)
            }

            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Nothing)
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
                Ok(Value::Flag(flag))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Number(number.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Number(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number.to_string()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(Spanned { value, referenced, .. }) = items.next_element::<Spanned<Value>>()? {
                    list.push(Node { line: line(referenced), value });
                }
                Ok(Value::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
                let mut map = Map::new();
                while let Some(Spanned { value: name, referenced, .. }) = fields.next_key::<Spanned<String>>()? {
                    map.push((name, Node { line: line(referenced), value: fields.next_value()? }));
                }
                Ok(Value::Map(map))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

fn line(at: serde_saphyr::Location) -> usize {
    usize::try_from(at.line()).unwrap_or(1)
}

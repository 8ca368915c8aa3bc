//! A dotted path into a JSON body.

use std::fmt;

use serde_json::Value;

/// `a.b.0.c`: members by name, items of lists by number. Empty for the whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path(Vec<String>);

impl Path {
    /// `None` for a path with an empty part.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
        parts.iter().all(|part| !part.is_empty()).then_some(Self(parts))
    }

    /// What stands there; `null` is nothing.
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        let mut place = value;
        for part in &self.0 {
            place = match place {
                Value::Object(members) => members.get(part)?,
                Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        (!place.is_null()).then_some(place)
    }

    /// Its parts.
    pub fn parts(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

//! Strict query strings: `invalid_query_params` with the parameter at fault.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::issue::{Issue, read_value};

/// How deep `name[a][b]...` may nest: what the published clients' own parsers take.
const MAX_DEPTH: usize = 5;

/// The query as `T`. Unknown parameters are refused where `T` says `deny_unknown_fields`.
///
/// `name[key]=value` becomes an object under `name`, and so on inwards; a parameter that is given twice becomes an array, except that an
/// object's later key replaces the earlier.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// A query string as `T`, by the same rules.
pub(crate) fn read<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    parse(query).map_err(|issue| ApiError::invalid("invalid_query_params", issue))
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Issue> {
    let mut fields = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = Value::String(value.into_owned());
        if let Some((name, keys)) = nested(&name)
            && let Some(object) = object_at(&mut fields, name, &keys[..keys.len() - 1])
        {
            object.insert(keys[keys.len() - 1].to_owned(), value);
            continue;
        }
        match fields.get_mut(name.trim_end_matches("[]")) {
            None => _ = fields.insert(name.trim_end_matches("[]").to_owned(), value),
            Some(Value::Array(values)) => values.push(value),
            Some(earlier) => *earlier = Value::Array(vec![earlier.take(), value]),
        }
    }
    read_value(Value::Object(fields))
}

/// `name[a][b]` as `name` and its keys; `None` for a plain name, for `name[]`, and for what only looks nested.
fn nested(parameter: &str) -> Option<(&str, Vec<&str>)> {
    let (name, keys) = parameter.strip_suffix(']')?.split_once('[')?;
    let keys: Vec<&str> = keys.split("][").collect();
    (!name.is_empty() && keys.len() <= MAX_DEPTH && keys.iter().all(|key| !key.is_empty())).then_some((name, keys))
}

/// The object under `name` and `keys`, made where it is missing; `None` where something else is in its place.
fn object_at<'a>(fields: &'a mut Map<String, Value>, name: &str, keys: &[&str]) -> Option<&'a mut Map<String, Value>> {
    let mut place = fields.entry(name).or_insert_with(|| Value::Object(Map::new()));
    for &key in keys {
        place = place.as_object_mut()?.entry(key).or_insert_with(|| Value::Object(Map::new()));
    }
    place.as_object_mut()
}

/// A whole number from `MIN` to `MAX`, as JSON number or as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounded<const MIN: u32, const MAX: u32>(pub(crate) u32);

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| D::Error::custom("invalid type: expected a whole number"))?;
        if number < i64::from(MIN) {
            return Err(D::Error::custom(format_args!("too small: expected at least {MIN}")));
        }
        u32::try_from(number)
            .ok()
            .filter(|number| *number <= MAX)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format_args!("too big: expected at most {MAX}")))
    }
}

/// A boolean written as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) bool);

impl Flag {
    /// The words that the wire takes for true and false.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "y" | "enabled" => Some(Self(true)),
            "false" | "0" | "no" | "off" | "n" | "disabled" => Some(Self(false)),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("invalid value: expected `true` or `false`"))
    }
}

/// One text or several: a parameter that may be repeated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repeated(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Repeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || D::Error::custom("invalid type: expected a string, or several");
        let text = |value| if let Value::String(text) = value { Ok(text) } else { Err(wrong()) };
        match Value::deserialize(deserializer)? {
            Value::Array(values) => values.into_iter().map(text).collect::<Result<_, _>>().map(Self),
            value => Ok(Self(vec![text(value)?])),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Params {
        #[serde(default)]
        limit: Option<Bounded<1, 100>>,
        #[serde(default)]
        flag: Flag,
        #[serde(default)]
        ids: Repeated,
        #[serde(default)]
        tags: BTreeMap<String, String>,
    }

    #[test]
    fn parameters_are_read_as_clients_write_them() {
        let params: Params = parse("limit=100&flag=true&ids=a&ids=b%20c&tags[k]=v&tags%5Bl%5D=w").unwrap();
        assert_eq!(params.limit, Some(Bounded(100)));
        assert!(params.flag.0);
        assert_eq!(params.ids.0, ["a", "b c"]);
        assert_eq!(params.tags.into_iter().collect::<Vec<_>>(), [("k".into(), "v".into()), ("l".into(), "w".into())]);
        assert_eq!(parse::<Params>("ids=a").unwrap().ids.0, ["a"]);
    }

    #[test]
    fn brackets_nest_as_far_as_clients_nest_them() {
        let value = |query: &str| parse::<Value>(query).unwrap();
        assert_eq!(value("p[a]=1&p[b][c]=2&p[b][d]=3"), json!({ "p": { "a": "1", "b": { "c": "2", "d": "3" } } }));
        assert_eq!(value("p[a[b]=1"), json!({ "p": { "a[b": "1" } }));
        for literal in ["p[a][b][c][d][e][f]", "[a]", "p[a][]", "p]"] {
            assert_eq!(value(&format!("{literal}=1")), json!({ literal.trim_end_matches("[]"): "1" }), "{literal}");
        }
        // What is in the way stays, and the other is refused as an unknown name by a strict reader.
        assert_eq!(value("p=1&p[a]=2"), json!({ "p": "1", "p[a]": "2" }));
    }

    #[test]
    fn what_is_not_known_or_out_of_range_is_refused_with_its_name() {
        for (query, says) in [
            ("limit=0", "limit: too small"),
            ("limit=-1", "limit: too small"),
            ("limit=101", "limit: too big"),
            ("limit=1000000000", "limit: too big"),
            ("limit=x", "limit: invalid type"),
            ("limit=1&limit=2", "limit: invalid type"),
            ("flag=maybe", "flag: invalid value"),
            ("page=1", "unknown field `page`"),
        ] {
            let issue = parse::<Params>(query).unwrap_err().to_string();
            assert!(issue.starts_with(says), "{query}: {issue}");
        }
    }
}

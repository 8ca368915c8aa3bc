//! Whom an event is for.

use std::fmt;

use regex::Regex;

use super::{Source, WebhookRequest};

/// A place in the delivery and the fields of connections that it names.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where.
    pub from: Source,
    /// What of it: the first group.
    pub pattern: Option<Regex>,
    /// Fields that may hold it, in order.
    pub to: Vec<RouteField>,
}

/// `connection_id`, `connection_config.KEY`, `metadata.KEY` or `tags.KEY`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RouteField(String);

/// What a connection must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RouteKey {
    /// Where.
    pub field: RouteField,
    /// What.
    pub value: String,
}

/// Longer values find nothing: what connections are found by is indexed up to here.
const MAX_CHARS: usize = 255;

impl Route {
    pub(super) fn keys(&self, request: &WebhookRequest<'_>) -> Vec<RouteKey> {
        let values: Vec<String> = self.from.texts(request).into_iter().filter_map(|text| self.part(text)).collect();
        let of =
            |field: &RouteField| values.iter().map(|value| RouteKey { field: field.clone(), value: value.clone() }).collect::<Vec<_>>();
        self.to.iter().flat_map(of).collect()
    }

    fn part(&self, text: String) -> Option<String> {
        let part = match &self.pattern {
            None => text,
            Some(pattern) => pattern.captures(&text)?.get(1)?.as_str().to_owned(),
        };
        // A text with a zero byte is no value of a connection, and not every database can be asked for it.
        (!part.is_empty() && part.chars().count() <= MAX_CHARS && !part.contains('\0')).then_some(part)
    }
}

impl RouteField {
    /// `None` for what is no such field.
    pub fn parse(text: &str) -> Option<Self> {
        let is_known = text == "connection_id"
            || ["connection_config.", "metadata.", "tags."].iter().any(|place| text.strip_prefix(place).is_some_and(|key| !key.is_empty()));
        is_known.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RouteField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

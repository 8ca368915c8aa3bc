//! The block `webhook` of an entry's file, and what can be wrong with it.

mod signature;

use indexmap::IndexMap;
use regex::Regex;
use serde::Deserialize;

use self::signature::Signatures;
use super::handshake::{Condition, Handshake, Reply, ReplyText};
use super::{Route, RouteField, Source, Webhook};
use crate::entry::auth::Problems;

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookBlock {
    docs: Option<String>,
    signature: Option<Signatures>,
    #[serde(default)]
    handshake: Vec<HandshakeBlock>,
    batch: Option<Source>,
    #[serde(default)]
    event: Vec<Source>,
    #[serde(default)]
    delivery_id: Vec<Source>,
    #[serde(default)]
    repeats: bool,
    #[serde(default)]
    route: Vec<RouteBlock>,
    #[serde(default)]
    query: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HandshakeBlock {
    method: Option<String>,
    #[serde(default)]
    when: IndexMap<String, String>,
    #[serde(default)]
    signed: bool,
    #[serde(default)]
    reply: ReplyBlock,
    status: Option<u16>,
    #[serde(default)]
    keep: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyBlock {
    text: Option<String>,
    json: Option<IndexMap<String, String>>,
    header: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteBlock {
    from: Source,
    pattern: Option<String>,
    to: Vec<String>,
}

/// Collects, because an author wants to mend a file once.
struct Reader(Problems);

impl WebhookBlock {
    pub(crate) fn into_webhook(self, problems: &mut Problems) -> Option<Webhook> {
        let mut reader = Reader(Problems::new());
        let docs = reader.needed("docs", self.docs);
        let signatures = reader.needed("signature", self.signature).map(|block| block.read(&mut reader));
        let handshakes = self.handshake.into_iter().filter_map(|block| reader.handshake(block)).collect();
        let batch = match self.batch {
            Some(Source::Body(path)) => Some(path),
            Some(_) => reader.fail("batch", "is `body` or body.PATH"),
            None => None,
        };
        let routes = self.route.into_iter().filter_map(|block| reader.route(block)).collect();
        let whole = docs.zip(signatures).map(|(docs, signatures)| Webhook {
            docs,
            signatures,
            handshakes,
            batch,
            event: self.event,
            delivery_id: self.delivery_id,
            repeats: self.repeats,
            routes,
            query: self.query,
        });
        if let Some(webhook) = &whole {
            reader.query(webhook);
        }
        let is_fine = reader.0.is_empty();
        problems.extend(reader.0);
        whole.filter(|_| is_fine)
    }
}

impl Reader {
    fn fail<T>(&mut self, field: &str, problem: impl Into<String>) -> Option<T> {
        self.0.push((format!("webhook.{field}"), problem.into()));
        None
    }

    fn needed<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() { self.fail(field, "is missing") } else { value }
    }

    fn handshake(&mut self, block: HandshakeBlock) -> Option<Handshake> {
        let method = block.method.unwrap_or_else(|| "POST".to_owned());
        if !matches!(method.as_str(), "POST" | "GET" | "HEAD") {
            return self.fail("handshake.method", "is POST, GET or HEAD");
        }
        if method == "POST" && block.when.is_empty() {
            return self.fail("handshake.when", "is missing: every delivery would be one");
        }
        let mut when = IndexMap::new();
        for (place, text) in block.when {
            let Some(source) = Source::parse(&place) else {
                return self.fail("handshake.when", format!("`{place}` is none of header.NAME, query.NAME, body and body.PATH"));
            };
            let condition = match text.as_str() {
                "present" => Condition::Present,
                "absent" => Condition::Absent,
                _ => Condition::Equals(text.strip_prefix('=').unwrap_or(&text).to_owned()),
            };
            when.insert(place, (source, condition));
        }
        let text = |reader: &mut Self, text: String| {
            let parsed = ReplyText::parse(&text);
            if parsed.is_none() { reader.fail("handshake.reply", format!("`{text}` is no place in the request")) } else { parsed }
        };
        let reply = match block.reply {
            ReplyBlock { text: None, json: None, header: None } => Reply::Empty,
            ReplyBlock { text: Some(place), json: None, header: None } => Reply::Text(text(self, place)?),
            ReplyBlock { text: None, json: None, header: Some(name) } => Reply::Header(name.to_ascii_lowercase()),
            ReplyBlock { text: None, json: Some(fields), header: None } => {
                let fields = fields.into_iter().map(|(name, place)| Some((name, text(self, place)?)));
                Reply::Json(fields.collect::<Option<_>>()?)
            }
            _ => return self.fail("handshake.reply", "is one of text, json and header"),
        };
        let status = block.status.unwrap_or(200);
        if !(200..300).contains(&status) {
            return self.fail("handshake.status", "is between 200 and 299");
        }
        Some(Handshake { method, when, signed: block.signed, reply, status, keep: block.keep })
    }

    fn route(&mut self, block: RouteBlock) -> Option<Route> {
        let pattern = match block.pattern.as_deref().map(Regex::new) {
            None => None,
            Some(Ok(pattern)) if pattern.captures_len() == 2 => Some(pattern),
            Some(Ok(_)) => return self.fail("route.pattern", "must have one group, which is the value"),
            Some(Err(_)) => return self.fail("route.pattern", "is not a regular expression"),
        };
        let to: Option<Vec<RouteField>> = block.to.iter().map(|text| RouteField::parse(text)).collect();
        match to {
            Some(to) if !to.is_empty() => Some(Route { from: block.from, pattern, to }),
            _ => self.fail("route.to", "are connection_id, connection_config.KEY, metadata.KEY or tags.KEY"),
        }
    }

    /// A parameter that is dropped cannot be read.
    fn query(&mut self, webhook: &Webhook) {
        let read = webhook.routes.iter().map(|route| &route.from).chain(&webhook.event).chain(&webhook.delivery_id);
        let dropped: Vec<String> = read
            .filter_map(|source| match source {
                Source::Query(name) if !webhook.query.contains(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        for name in dropped {
            self.fail::<()>("query", format!("must name `{name}`, which is read from it"));
        }
    }
}

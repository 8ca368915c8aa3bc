//! The block `webhook` of an entry's file, and what can be wrong with it.

mod signature;

use indexmap::IndexMap;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use self::signature::Signatures;
use super::handshake::{Condition, Handshake, Reply, ReplyText};
use super::{Route, RouteField, Source, Webhook};
use crate::entry::auth::Problems;
use crate::schema::pattern::{HTTPS, PLACE, REPLY, ROUTE_FIELD};

/// How the provider notifies. A place in a request is `header.NAME`, `query.NAME`, `body` or `body.PATH`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = WebhookBlock::needed()))]
pub(crate) struct WebhookBlock {
    /// The provider's page on its webhooks.
    #[schemars(regex(pattern = HTTPS))]
    docs: Option<String>,
    /// How a delivery proves where it comes from: none, standard-webhooks, a block, or a list of blocks, of which the first decides whose
    /// header the request has.
    signature: Option<Signatures>,
    /// Requests that are answered at once and tell of nothing.
    #[serde(default)]
    handshake: Vec<HandshakeBlock>,
    /// Where a list of events stands; each is an event of its own, and the places below are within it.
    #[schemars(extend("pattern" = "^body(\\.[^.]+)*$"))]
    batch: Option<Source>,
    /// Where an event's type stands; the first that is there.
    #[serde(default)]
    event: Vec<Source>,
    /// What makes an event the same as an earlier one, all of it together; a hash of the body, for five minutes, if left out.
    #[serde(default)]
    delivery_id: Vec<Source>,
    /// Whether equal bodies are different events.
    #[serde(default)]
    repeats: bool,
    /// Whom an event is for. In order; the first that fits a connection decides.
    #[serde(default)]
    route: Vec<RouteBlock>,
    /// Query parameters that are kept; others are dropped.
    #[serde(default)]
    query: Vec<String>,
}

/// A request that is answered at once and tells of nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "if" = json!({ "properties": { "method": { "const": "POST" } } }),
    "then" = json!({ "required": ["when"], "properties": { "when": { "minProperties": 1 } } }),
))]
struct HandshakeBlock {
    /// POST if left out.
    #[schemars(extend("enum" = HANDSHAKE_METHODS))]
    method: Option<String>,
    /// Places in the request, and what stands there: `present`, `absent`, or a text.
    #[serde(default)]
    #[schemars(extend("propertyNames" = json!({ "pattern": PLACE })))]
    when: IndexMap<String, String>,
    /// Whether it carries the proof that deliveries carry.
    #[serde(default)]
    signed: bool,
    /// How it is answered; with its status alone if left out.
    #[serde(default)]
    reply: ReplyBlock,
    /// With which status; 200 if left out.
    #[schemars(range(min = 200, max = 299))]
    status: Option<u16>,
    /// Whether it is stored, for an operator to read.
    #[serde(default)]
    keep: bool,
}

/// One of the three. A place within `hmac(...)` is hashed with the webhook secret.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("maxProperties" = 1))]
struct ReplyBlock {
    /// What stands at this place, as text.
    #[schemars(regex(pattern = REPLY))]
    text: Option<String>,
    /// An object of what stands at these places.
    #[schemars(extend("additionalProperties" = json!({ "type": "string", "pattern": REPLY })))]
    json: Option<IndexMap<String, String>>,
    /// This header of the request, repeated.
    header: Option<String>,
}

/// A place in the delivery and the fields of connections that it names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RouteBlock {
    /// Where.
    from: Source,
    /// A regular expression with one group, where only that part counts.
    pattern: Option<String>,
    /// Fields that may hold it, in order: connection_id, connection_config.KEY, metadata.KEY or tags.KEY.
    #[schemars(length(min = 1), inner(regex(pattern = ROUTE_FIELD)))]
    to: Vec<String>,
}

/// How a handshake may come.
const HANDSHAKE_METHODS: &[&str] = &["POST", "GET", "HEAD"];

/// Collects, because an author wants to mend a file once.
struct Reader(Problems);

impl WebhookBlock {
    /// The fields that it cannot do without: those that an empty block lacks.
    fn needed() -> Vec<String> {
        let mut problems = Problems::new();
        Self::default().into_webhook(&mut problems);
        problems.into_iter().filter_map(|(field, _)| Some(field.strip_prefix("webhook.")?.to_owned())).collect()
    }

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
        if !HANDSHAKE_METHODS.contains(&method.as_str()) {
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

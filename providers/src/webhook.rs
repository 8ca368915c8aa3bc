//! How a provider tells of changes, as data: what its deliveries look like, how they prove themselves, whom they are for.
//!
//! ```text
//! request ─▶ handshake? ─▶ verify (raw bytes) ─▶ events (one, or each of a batch) ─▶ delivery id, type ─▶ route: field and value of a connection
//! ```
//!
//! *Invariant:* no secret and no signature is compared in a time that depends on where they differ, and nothing is verified but the very bytes
//! that arrived.

mod block;
mod handshake;
mod path;
mod payload;
mod request;
mod route;
mod secret;
mod signature;
mod signed;
mod source;
mod verify;

pub(crate) use block::WebhookBlock;
pub use handshake::{Condition, Handshake, HandshakeAnswer, Reply, ReplyText};
pub use path::Path;
pub use payload::payload;
pub use request::WebhookRequest;
pub use route::{Route, RouteField, RouteKey};
pub use secret::{SecretSource, WebhookSecrets};
pub use signature::{
    Encoding, Hmac, Jwt, KeyForm, MacAlgorithm, Moments, PublicKey, PublicKeyAlgorithm, Timestamp, Token, WebhookSignature,
};
pub use signed::Signed;
pub use source::Source;
pub use verify::{Refusal, Verified};

/// How a provider tells of changes.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The provider's page on them.
    pub docs: String,
    /// How a delivery proves where it comes from; the first whose proof a request carries decides. Empty where the provider has no proof.
    pub signatures: Vec<WebhookSignature>,
    /// Requests that are answered at once and tell of nothing.
    pub handshakes: Vec<Handshake>,
    /// Where a list of events stands; without it a delivery is one event.
    pub batch: Option<Path>,
    /// Where an event's type stands; the first that is there.
    pub event: Vec<Source>,
    /// What makes an event the same as an earlier one, all of it together.
    pub delivery_id: Vec<Source>,
    /// Whether equal bodies are different events: notices that say no more than that something changed.
    pub repeats: bool,
    /// Whom an event is for, in order: the first that fits a connection.
    pub routes: Vec<Route>,
    /// Query parameters that are kept.
    pub query: Vec<String>,
}

impl Webhook {
    /// Whether a secret must be set for its deliveries, beside the integration's client.
    pub fn needs_own_secret(&self) -> bool {
        self.signatures.iter().any(|signature| signature.secret() == SecretSource::Webhook)
            || self.handshakes.iter().any(Handshake::needs_secret)
    }

    /// The fields of connections by which events find them.
    pub fn route_fields(&self) -> impl Iterator<Item = &RouteField> {
        self.routes.iter().flat_map(|route| &route.to)
    }

    /// An event's type.
    pub fn event_of(&self, event: &WebhookRequest<'_>) -> Option<String> {
        self.event.iter().find_map(|source| source.text(event))
    }

    /// What an event is known by, where the provider says so.
    pub fn delivery_id_of(&self, event: &WebhookRequest<'_>) -> Option<String> {
        if self.delivery_id.is_empty() {
            return None;
        }
        let parts: Option<Vec<String>> = self.delivery_id.iter().map(|source| source.text(event)).collect();
        parts.map(|parts| parts.join("/"))
    }

    /// Whom an event may be for, the likeliest first.
    pub fn route_keys(&self, event: &WebhookRequest<'_>) -> Vec<RouteKey> {
        self.routes.iter().flat_map(|route| route.keys(event)).collect()
    }
}

#[cfg(test)]
mod tests;

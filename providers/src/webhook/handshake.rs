//! Requests with which a provider finds out whether somebody listens.

use hmac::{KeyInit as _, Mac as _};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use sha2::Sha256;

use super::{Source, WebhookRequest, WebhookSecrets};
use crate::template::hex;

/// A request that is answered at once and tells of nothing.
#[derive(Clone, Debug)]
pub struct Handshake {
    /// `POST`, `GET` or `HEAD`.
    pub method: String,
    /// How it is recognised: all of it holds.
    pub when: IndexMap<String, (Source, Condition)>,
    /// Whether it carries the proof that deliveries carry, so that only a verified one is answered.
    pub signed: bool,
    /// How it is answered.
    pub reply: Reply,
    /// With which status.
    pub status: u16,
    /// Whether it is stored, because it holds what an operator must read.
    pub keep: bool,
}

/// What holds of a place in a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// Something stands there.
    Present,
    /// Nothing does.
    Absent,
    /// This stands there.
    Equals(String),
}

/// How a handshake is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// With its status.
    Empty,
    /// With a text.
    Text(ReplyText),
    /// With an object.
    Json(IndexMap<String, ReplyText>),
    /// With a header of the request, repeated.
    Header(String),
}

/// A text that comes out of the request.
#[derive(Clone, Debug)]
pub enum ReplyText {
    /// As it stands there.
    Plain(Source),
    /// Its HMAC-SHA-256 with the webhook secret, hexadecimal.
    Hmac(Source),
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HandshakeAnswer {
    /// `200`
    pub status: u16,
    /// A header to add.
    pub header: Option<(String, String)>,
    /// Content type and text.
    pub body: Option<(&'static str, String)>,
}

impl Handshake {
    /// Whether this request is one.
    pub fn is_met(&self, request: &WebhookRequest<'_>) -> bool {
        self.method == request.method
            && self.when.values().all(|(source, condition)| match condition {
                Condition::Present => source.is_present(request),
                Condition::Absent => !source.is_present(request),
                Condition::Equals(text) => source.text(request).as_deref() == Some(text),
            })
    }

    /// `None` where the request lacks what is to be repeated, or no secret is set that the answer needs.
    pub fn answer(&self, request: &WebhookRequest<'_>, secrets: &WebhookSecrets) -> Option<HandshakeAnswer> {
        let (mut header, mut body) = (None, None);
        match &self.reply {
            Reply::Empty => {}
            // As plain text and never as a page: whoever asks chooses it.
            Reply::Text(text) => body = Some(("text/plain; charset=utf-8", text.of(request, secrets)?)),
            Reply::Json(fields) => {
                let fields: Option<Map<String, Value>> =
                    fields.iter().map(|(name, text)| Some((name.clone(), text.of(request, secrets)?.into()))).collect();
                body = Some(("application/json", Value::Object(fields?).to_string()));
            }
            Reply::Header(name) => header = Some((name.clone(), Source::Header(name.clone()).text(request)?)),
        }
        Some(HandshakeAnswer { status: self.status, header, body })
    }

    pub(super) fn needs_secret(&self) -> bool {
        let mut texts: Box<dyn Iterator<Item = &ReplyText>> = match &self.reply {
            Reply::Text(text) => Box::new(std::iter::once(text)),
            Reply::Json(fields) => Box::new(fields.values()),
            Reply::Empty | Reply::Header(_) => Box::new(std::iter::empty()),
        };
        texts.any(|text| matches!(text, ReplyText::Hmac(_)))
    }
}

impl ReplyText {
    /// `body.PATH` and its like, or the same within `hmac(...)`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("hmac(").and_then(|inner| inner.strip_suffix(')')) {
            Some(inner) => Source::parse(inner).map(Self::Hmac),
            None => Source::parse(text).map(Self::Plain),
        }
    }

    fn of(&self, request: &WebhookRequest<'_>, secrets: &WebhookSecrets) -> Option<String> {
        match self {
            Self::Plain(source) => source.text(request),
            Self::Hmac(source) => {
                let mut mac = hmac::Hmac::<Sha256>::new_from_slice(secrets.webhook.first()?.as_bytes()).ok()?;
                mac.update(source.text(request)?.as_bytes());
                Some(hex(&mac.finalize().into_bytes()))
            }
        }
    }
}

//! The events of a delivery, ready to be kept.

use std::time::Duration;

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use syncline_domain::{IncomingWebhookId, Timestamp};
use syncline_providers::Webhook;
use syncline_providers::webhook::{Path, WebhookRequest, payload};
use syncline_store::{IntegrationRow, NewIncomingWebhook, WebhookHead};

use crate::error::ApiError;

/// Equal bodies within this time are one event where the provider gives its events no id: its own second try of a delivery whose answer it
/// did not get.
const WINDOW: Duration = Duration::from_mins(5);
/// All of one delivery are one transaction.
const MAX_EVENTS: usize = 5_000;
/// What is kept of an id or a type in clear; a longer one is its own hash.
const MAX_CHARS: usize = 255;
/// They say who may call, or are nobody else's.
const SECRET_HEADERS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "set-cookie"];

/// A delivery that may pass.
pub(super) struct Delivery<'a> {
    pub(super) integration: &'a IntegrationRow,
    pub(super) described: &'a Webhook,
    pub(super) request: &'a WebhookRequest<'a>,
    pub(super) verified: bool,
    pub(super) is_handshake: bool,
    pub(super) now: Timestamp,
}

impl Delivery<'_> {
    /// 400 `webhook_invalid_payload` for a body that no function could be given.
    pub(super) fn events(&self, randomness: fn() -> [u8; 16]) -> Result<Vec<NewIncomingWebhook>, ApiError> {
        let request = self.request;
        let text = payload(request.header("content-type"), &request.body)
            .ok_or_else(|| invalid("the body is not what its content type says: neither JSON, nor a form, nor text"))?;
        let Some(batch) = self.described.batch.as_ref().filter(|_| !self.is_handshake) else {
            return Ok(vec![self.event(request, request.body.to_vec(), randomness)]);
        };
        let items = items(&text, batch).ok_or_else(|| invalid(&format!("there is no list of events at `{}`", place(batch))))?;
        if items.len() > MAX_EVENTS {
            return Err(invalid(&format!("holds more than {MAX_EVENTS} events")));
        }
        // Each event is JSON, whatever the whole was.
        let mut headers = request.headers.to_vec();
        headers.retain(|(name, _)| name != "content-type");
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        let event = |item: &RawValue| {
            let item = item.get().as_bytes().to_vec();
            let request = WebhookRequest::new(request.method, request.url, &headers, request.query, item.clone());
            self.event(&request, item, randomness)
        };
        Ok(items.into_iter().map(event).collect())
    }

    fn event(&self, request: &WebhookRequest<'_>, body: Vec<u8>, randomness: fn() -> [u8; 16]) -> NewIncomingWebhook {
        let delivery_id = self.described.delivery_id_of(request).map(short);
        let dedupe = match &delivery_id {
            _ if self.is_handshake => None,
            Some(id) => Some((format!("id:{id}"), None)),
            None if self.described.repeats => None,
            None => Some((format!("sha256:{}", hash(&body)), Some(WINDOW))),
        };
        let is_kept = |name: &str| !SECRET_HEADERS.contains(&name);
        let head = WebhookHead {
            method: request.method.to_owned(),
            query: request.query.to_vec(),
            headers: request.headers.iter().filter(|(name, _)| is_kept(name)).cloned().collect(),
        };
        let random: [u8; 10] = randomness()[6..].try_into().expect("ten of sixteen");
        NewIncomingWebhook {
            id: IncomingWebhookId::new(self.now, random),
            environment: self.integration.environment,
            integration: self.integration.id,
            event: self.described.event_of(request).map(short),
            delivery_id,
            dedupe,
            verified: self.verified,
            is_handshake: self.is_handshake,
            head,
            body,
            now: self.now,
        }
    }
}

/// Item by item as they are written: no digit changes.
fn items<'t>(text: &'t str, at: &Path) -> Option<Vec<&'t RawValue>> {
    let mut place: &RawValue = serde_json::from_str(text).ok()?;
    for part in at.parts() {
        let members: syncline_domain::JsonObject<'t> = serde_json::from_str(place.get()).ok()?;
        place = members.get(part.as_str()).copied()?;
    }
    serde_json::from_str(place.get()).ok()
}

fn place(at: &Path) -> String {
    if at.parts().is_empty() { "body".to_owned() } else { format!("body.{at}") }
}

fn invalid(problem: &str) -> ApiError {
    ApiError::bad_request("webhook_invalid_payload", problem.to_owned())
}

/// A text that every database takes.
fn short(text: String) -> String {
    if text.chars().count() > MAX_CHARS || text.contains('\0') { format!("sha256-{}", hash(text.as_bytes())) } else { text }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

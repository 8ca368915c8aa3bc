//! The public form of a webhook that arrived.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use syncline_domain::{EnvironmentId, IncomingWebhookId, IncomingWebhookState, IntegrationKey, Timestamp};
use syncline_providers::webhook::payload;
use syncline_store::{IncomingWebhookRow, WebhookContent};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::openapi::IntegrationKeyText;
use crate::state::App;

/// A webhook of a provider's.
#[derive(Serialize, ToSchema)]
#[schema(as = IncomingWebhook)]
pub(super) struct Incoming<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: IncomingWebhookId,
    #[schema(value_type = IntegrationKeyText)]
    integration: &'a IntegrationKey,
    provider: &'a str,
    #[schema(value_type = IncomingWebhookStateText, inline)]
    state: IncomingWebhookState,
    /// Its type, as the provider's entry finds it
    #[schema(required = true)]
    event: Option<&'a str>,
    /// What the provider knows it by
    #[schema(required = true)]
    delivery_id: Option<&'a str>,
    /// Whether it has proved where it comes from
    verified: bool,
    size_bytes: u64,
    /// How many connections it was for, the last time
    connections: u64,
    /// How many runs it caused
    runs: u64,
    /// How many webhooks to your backend it caused
    forwards: u64,
    /// How often it was routed anew
    replays: u64,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    routed_at: Option<Timestamp>,
}

/// Where it stands.
#[derive(ToSchema, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "describes a type of the domain")]
pub(super) enum IncomingWebhookStateText {
    Received,
    Routed,
    Parked,
    Handshake,
}

/// With what it holds.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeIncomingWebhook)]
pub(super) struct Whole<'a> {
    #[serde(flatten)]
    incoming: Incoming<'a>,
    method: String,
    /// Without cookies and what authorises a caller; signatures are struck out
    #[schema(value_type = BTreeMap<String, String>)]
    headers: BTreeMap<String, String>,
    /// What the provider's entry keeps of it
    #[schema(value_type = BTreeMap<String, String>)]
    query: BTreeMap<String, String>,
    /// Any JSON: what functions are given
    #[schema(value_type = serde_json::Value, required = true)]
    payload: Option<Box<RawValue>>,
}

const STRUCK: &str = "[redacted]";

pub(super) fn incoming(row: &IncomingWebhookRow) -> Incoming<'_> {
    Incoming {
        id: row.id,
        integration: &row.integration_key,
        provider: &row.provider,
        state: row.state,
        event: row.event.as_deref(),
        delivery_id: row.delivery_id.as_deref(),
        verified: row.verified,
        size_bytes: row.size_bytes,
        connections: row.connections,
        runs: row.runs,
        forwards: row.forwards,
        replays: row.replays,
        received_at: row.received_at,
        routed_at: row.routed_at,
    }
}

pub(super) fn whole(row: &IncomingWebhookRow, content: WebhookContent) -> Whole<'_> {
    let shown = shown(row, content);
    let payload = shown.payload.and_then(|text| RawValue::from_string(text).ok());
    let (headers, query) = (shown.headers.into_iter().collect(), shown.query.into_iter().collect());
    Whole { incoming: incoming(row), method: shown.method, headers, query, payload }
}

/// What may be read of a webhook.
pub(crate) struct Shown {
    pub(crate) method: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    /// JSON: what functions are given.
    pub(crate) payload: Option<String>,
}

/// Without what would let whoever reads it send it again as the provider's own.
pub(crate) fn shown(row: &IncomingWebhookRow, content: WebhookContent) -> Shown {
    let content_type = content.head.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.clone());
    let payload = payload(content_type.as_deref(), &content.body);
    // A handshake's secret is what somebody has to read.
    let is_handshake = row.state == IncomingWebhookState::Handshake;
    let struck =
        |(name, value): (String, String)| if is_secret(&name) && !is_handshake { (name, STRUCK.to_owned()) } else { (name, value) };
    Shown {
        method: content.head.method,
        headers: content.head.headers.into_iter().map(struck).collect(),
        query: content.head.query,
        payload,
    }
}

/// Whoever sees them could send the delivery again as the provider's own.
fn is_secret(name: &str) -> bool {
    ["signature", "token", "secret", "hmac", "mac", "key"].iter().any(|part| name.contains(part)) && name != "idempotency-key"
}

/// 404 `not_found` where the environment has none of this id.
pub(crate) async fn find(app: &App, environment: EnvironmentId, id: &str) -> Result<IncomingWebhookRow, ApiError> {
    let unknown = || ApiError::not_found(format!("there is no incoming webhook `{id}`; they are kept for 15 days"));
    let id: IncomingWebhookId = id.parse().map_err(|_| unknown())?;
    app.store.incoming_webhooks().lookup(id).await?.filter(|row| row.environment == environment).ok_or_else(unknown)
}

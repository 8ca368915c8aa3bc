//! The public form of an address.

use serde::Serialize;
use syncline_domain::Timestamp;
use syncline_store::WebhookEndpointRow;
use utoipa::ToSchema;

/// An address that webhooks go to.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookEndpoint)]
pub(crate) struct Endpoint<'a> {
    id: String,
    url: &'a str,
    /// `closed`: everything is sent. `open`: it fails, and is left alone until `open_until`. `half_open`: one delivery tries. `disabled`:
    /// nothing is sent until it is enabled
    state: &'static str,
    /// Failed attempts since the last success
    failures: u32,
    /// When the first of them was
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    failing_since: Option<Timestamp>,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    open_until: Option<Timestamp>,
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// `gone`: it answered 410. `failing`: nothing but failures for five days
    #[schema(required = true)]
    disabled_reason: Option<&'static str>,
    /// Deliveries that wait for it to answer again
    deferred: u64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

pub(super) fn endpoint(row: &WebhookEndpointRow) -> Endpoint<'_> {
    let circuit = &row.circuit;
    Endpoint {
        id: row.id.to_string(),
        url: &row.url,
        state: circuit.state.as_str(),
        failures: circuit.failures,
        failing_since: circuit.failing_since,
        open_until: circuit.open_until,
        disabled_at: circuit.disabled.map(|(at, _)| at),
        disabled_reason: circuit.disabled.map(|(_, reason)| reason.as_str()),
        deferred: row.deferred,
        created_at: row.created_at,
    }
}

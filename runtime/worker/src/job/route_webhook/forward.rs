//! A provider's webhook on its way to the product: wire contract 6.1, type `forward`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use syncline_domain::{Timestamp, WebhookKind};
use syncline_providers::webhook::payload;
use syncline_store::{IncomingWebhookRow, NewDelivery, RouteMatch, WebhookContent, WebhookSettings};

use crate::job::receivers;

/// What belongs to the provider's own request and would say something else of ours: wire contract 6.2.
const OWN: [&str; 22] = [
    "accept",
    "authorization",
    "baggage",
    "connection",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "server",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];
const OWN_PREFIXES: [&str; 7] = ["accept-", "content-", "proxy-", "sec-", "x-forwarded-", "x-nango-", "x-real-"];

pub(super) struct Forwarding<'a> {
    pub(super) row: &'a IncomingWebhookRow,
    pub(super) content: &'a WebhookContent,
    pub(super) settings: WebhookSettings,
}

impl Forwarding<'_> {
    /// To the product, for a connection.
    pub(super) fn envelopes(&self, connection: &RouteMatch, now: Timestamp) -> Vec<NewDelivery> {
        let Some(payload) = self.payload() else { return Vec::new() };
        let text = |text: &str| to_raw_value(text).expect("a text has a JSON form");
        // Sorted, so that equal messages are equal bytes.
        let envelope: BTreeMap<&str, Box<RawValue>> = BTreeMap::from([
            ("connectionId", text(connection.name.as_str())),
            ("from", text(&self.row.provider)),
            ("payload", payload),
            ("providerConfigKey", text(self.row.integration_key.as_str())),
            ("type", text(WebhookKind::Forward.as_str())),
        ]);
        let urls = receivers::of(&self.settings, connection.webhook_url_override.as_deref());
        self.to(urls, Some(connection), &json(&envelope), now)
    }

    /// As it arrived: nobody knows for which connection it is.
    pub(super) fn raw(&self, now: Timestamp) -> Vec<NewDelivery> {
        let Some(payload) = self.payload() else { return Vec::new() };
        self.to(receivers::of(&self.settings, None), None, payload.get(), now)
    }

    fn payload(&self) -> Option<Box<RawValue>> {
        let content_type = self.content.head.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
        RawValue::from_string(payload(content_type, &self.content.body)?).ok()
    }

    fn to(&self, urls: Vec<String>, connection: Option<&RouteMatch>, body: &str, now: Timestamp) -> Vec<NewDelivery> {
        let headers: Vec<_> = self.content.head.headers.iter().filter(|(name, _)| is_relayed(name)).cloned().collect();
        let delivery = |url| NewDelivery {
            environment: self.row.environment,
            kind: WebhookKind::Forward,
            connection: connection.map(|connection| connection.connection),
            url,
            body: body.to_owned(),
            headers: headers.clone(),
            now,
        };
        urls.into_iter().map(delivery).collect()
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a map of texts has a JSON form")
}

fn is_relayed(name: &str) -> bool {
    !OWN.contains(&name) && !OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_providers_own_connection_is_not_relayed() {
        for name in
            ["host", "authorization", "cookie", "content-type", "content-length", "sec-fetch-mode", "x-forwarded-for", "x-nango-signature"]
        {
            assert!(!is_relayed(name), "{name}");
        }
        for name in ["x-github-event", "stripe-signature", "x-shopify-topic"] {
            assert!(is_relayed(name), "{name}");
        }
    }
}

//! What a webhook is sent with: its own headers, its signatures, and what it relays.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};
use syncline_domain::{Secret, Timestamp};
use syncline_store::WebhookDeliveryRow;

const AGENT: &str = concat!("syncline/", env!("CARGO_PKG_VERSION"));
/// They let whoever sees them replay the message, so that they do not follow a redirect to another origin.
pub(super) const SIGNATURES: [HeaderName; 3] = [
    HeaderName::from_static("x-nango-signature"),
    HeaderName::from_static("x-nango-hmac-sha256"),
    HeaderName::from_static("webhook-signature"),
];

/// The wire contract's two signatures, and those of Standard Webhooks: one id for all tries, and a time against replays.
///
/// During an overlap of keys Standard Webhooks' header holds a signature by each. The other two have room for one, and it is by the key that
/// receivers have had for longer: whoever takes the new key over verifies by the header that has both, or accepts either.
pub(super) fn headers(delivery: &WebhookDeliveryRow, (key, previous): (&Secret, Option<&Secret>), now: Timestamp) -> HeaderMap {
    let (id, timestamp) = (delivery.id.to_string(), (now.unix_millis() / 1000).to_string());
    let [legacy, plain, standard] = SIGNATURES;
    let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", delivery.body.as_bytes()];
    let by = |key: &Secret| format!("v1,{}", BASE64_STANDARD.encode(hmac(&standard_key(key), &signed)));
    let standard_value = std::iter::once(key).chain(previous).map(by).collect::<Vec<_>>().join(" ");
    let key = previous.unwrap_or(key);
    let legacy_value = hex(&Sha256::new().chain_update(key.expose()).chain_update(&delivery.body).finalize());
    let text = |text: String| HeaderValue::try_from(text).expect("digits, hexadecimal and Base64 are header text");
    let own = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (USER_AGENT, HeaderValue::from_static(AGENT)),
        (legacy, text(legacy_value)),
        (plain, text(hex(&hmac(key.expose().as_bytes(), &[delivery.body.as_bytes()])))),
        (HeaderName::from_static("webhook-id"), text(id)),
        (HeaderName::from_static("webhook-timestamp"), text(timestamp)),
        (standard, text(standard_value)),
    ]);
    let relayed = delivery.headers.iter().filter_map(|(name, value)| {
        let (name, value) = (HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
        (!own.contains_key(&name)).then_some((name, value))
    });
    // Several of one name stay several.
    relayed.fold(own.clone(), |mut all, (name, value)| {
        all.append(name, value);
        all
    })
}

/// Standard Webhooks signs with the bytes behind `whsec_`; a key of another form is its own bytes.
fn standard_key(key: &Secret) -> Vec<u8> {
    let encoded = key.expose().strip_prefix("whsec_");
    encoded.and_then(|encoded| BASE64_STANDARD.decode(encoded).ok()).unwrap_or_else(|| key.expose().as_bytes().to_vec())
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use syncline_domain::{DeliveryState, EnvironmentId, WebhookDeliveryId, WebhookKind};

    use super::*;

    fn delivery() -> WebhookDeliveryRow {
        WebhookDeliveryRow {
            id: WebhookDeliveryId(17),
            environment: EnvironmentId(1),
            kind: WebhookKind::Auth,
            connection: None,
            url: "https://hooks.example.com".to_owned(),
            body: r#"{"a":1}"#.to_owned(),
            headers: Vec::new(),
            state: DeliveryState::Waiting,
            attempts: 0,
            tries: 0,
            next_attempt_at: None,
            status: None,
            error: None,
            attempted_at: None,
            delivered_at: None,
            created_at: Timestamp::default(),
        }
    }

    /// The values were computed by another implementation of SHA-256 and HMAC.
    #[test]
    fn every_signature_is_over_the_very_bytes() {
        let key = Secret::new("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        let headers = headers(&delivery(), (&key, None), Timestamp::parse("2026-01-01T00:00:00.9Z").unwrap());
        for (name, value) in [
            ("content-type", "application/json"),
            ("user-agent", AGENT),
            ("x-nango-signature", "2c0eefd17e2db9dd4f2052da06c2de642b0a99c49bf4657a8686634e31e17fec"),
            ("x-nango-hmac-sha256", "d3f1ea16147b8b8d0304fe2a9559b4b4b84d057af19b132191df3378cbd1234a"),
            ("webhook-id", "17"),
            ("webhook-timestamp", "1767225600"),
            ("webhook-signature", "v1,NzLOUzp8ngq/KDObUIbkpdBWPwdfzwXZFxpMVfQzQTo="),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
        assert_eq!(headers.len(), 7);
    }

    /// W5: whoever knows either key finds a signature by it.
    #[test]
    fn two_keys_sign_side_by_side() {
        let (new, old) = (Secret::new("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), Secret::new("old"));
        let alone = |key| headers(&delivery(), (key, None), Timestamp::default());
        let both = headers(&delivery(), (&new, Some(&old)), Timestamp::default());
        let text = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
        let name = "webhook-signature";
        assert_eq!(text(&both, name), format!("{} {}", text(&alone(&new), name), text(&alone(&old), name)));
        for name in ["x-nango-signature", "x-nango-hmac-sha256"] {
            assert_eq!(text(&both, name), text(&alone(&old), name), "{name}");
        }
    }

    #[test]
    fn relayed_headers_come_along_but_replace_none() {
        let pairs =
            [("X-GitHub-Event", "push"), ("x-many", "1"), ("X-Many", "2"), ("webhook-id", "99"), ("bad name", "x"), ("x-bad", "a\nb")];
        let headers_of = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let delivery = WebhookDeliveryRow { kind: WebhookKind::Forward, headers: headers_of, ..delivery() };
        let headers = headers(&delivery, (&Secret::new("k"), None), Timestamp::default());
        assert_eq!(
            (&headers["x-github-event"], &headers["webhook-id"]),
            (&HeaderValue::from_static("push"), &HeaderValue::from_static("17"))
        );
        assert_eq!(headers.get_all("x-many").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert!(!headers.contains_key("x-bad"));
        assert_eq!(headers.len(), 10);
    }

    #[test]
    fn a_key_of_another_form_is_its_own_bytes() {
        assert_eq!(standard_key(&Secret::new("plain")), b"plain");
        assert_eq!(standard_key(&Secret::new("whsec_not base64")), b"whsec_not base64");
        assert_eq!(standard_key(&Secret::new("whsec_AAEC")), [0, 1, 2]);
    }
}

//! What shipped entries say of signatures, against signatures that other code computed (Python's `hmac`).

use super::*;

const BODY: &str = r#"{"id":"e-1"}"#;
const HEX: &str = "760026c39133593197fe1767e4e0de1a7b68ed3d4b811164e4bf65ea5cda6678";
const BASE64: &str = "dgAmw5EzWTGX/hdn5ODeGnto7T1LgRFk5L9l6lzaZng=";
/// By the client's secret.
const BY_CLIENT: &str = "67c85094ecdbce30f9810feb346ec5e3695a4c21d1a99f70d89c7691fa97ee7b";

/// W1: headers as each provider writes them; what is over another body is refused.
#[test]
fn deliveries_of_shipped_providers_are_verified() {
    let signed: &[(&str, &str, String)] = &[
        ("bitbucket", "x-hub-signature", format!("sha256={HEX}")),
        ("sentry", "sentry-hook-signature", HEX.to_owned()),
        ("sentry-oauth", "sentry-hook-signature", BY_CLIENT.to_owned()),
        ("vercel", "x-vercel-signature", "2b00c28e299f4117a1efc211b173a511ddc60d38".to_owned()),
        ("clickup", "x-signature", HEX.to_owned()),
        ("shortcut", "payload-signature", HEX.to_owned()),
        ("cal-com-v1", "x-cal-signature-256", HEX.to_owned()),
        ("docusign", "x-docusign-signature-1", BASE64.to_owned()),
        ("greenhouse", "signature", format!("sha256 {HEX}")),
        ("ashby", "ashby-signature", format!("sha256={HEX}")),
        ("tally", "tally-signature", BASE64.to_owned()),
        ("smartsheet", "smartsheet-hmac-sha256", HEX.to_owned()),
        ("facebook", "x-hub-signature-256", format!("sha256={BY_CLIENT}")),
        ("facebook-system-user", "x-hub-signature-256", format!("sha256={HEX}")),
        ("instagram", "x-hub-signature-256", format!("sha256={BY_CLIENT}")),
        ("whatsapp-business", "x-hub-signature-256", format!("sha256={HEX}")),
    ];
    for (key, header, value) in signed {
        verify(key, &[(header, value)]);
    }
    let cio = "e11e1d5aaf4010425cb811fee2a9fb2b2a8e6e888bcad033e13b27d367c3bfab";
    verify("customer-io", &[("x-cio-timestamp", "1614265330"), ("x-cio-signature", cio)]);
    let webflow = "d0d7b9dfa6c2ad2847e0411dda4fc26fb3fc1e76fe8a7f53a89404af683a44ae";
    verify("webflow", &[("x-webflow-timestamp", "1614265330000"), ("x-webflow-signature", webflow)]);
    let box_com = "WD7CFUyIH9atJcfpDiR5I3eJuYVGEq2VtQfzALHG0z8=";
    verify("box", &[("box-delivery-timestamp", "2021-02-25T07:02:10-08:00"), ("box-signature-primary", box_com)]);
    let workos = "t=1614265330000, v1=5bbb7e78b94b05e7217ac18d742d359438c8134be9e57a590bc4d2184b379e6b";
    verify("workos", &[("workos-signature", workos)]);
    verify("telegram", &[("x-telegram-bot-api-secret-token", "s3cret")]);
}

#[track_caller]
fn verify(key: &str, headers: &[(&str, &str)]) {
    let webhook = shipped(key);
    assert_eq!(check(&webhook, headers, BODY.as_bytes(), "s3cret"), Ok(Verified::Proven), "{key}");
    let other = check(&webhook, headers, br#"{"id":"e-2"}"#, "another");
    assert!(other == Err(Refusal::Invalid), "{key}: {other:?}");
}

/// A passcode in the body.
#[test]
fn figmas_passcode_is_its_proof() {
    let body = br#"{"event_type":"FILE_UPDATE","passcode":"s3cret","webhook_id":"1"}"#;
    assert_eq!(check(&shipped("figma"), &[], body, "s3cret"), Ok(Verified::Proven));
    assert_eq!(check(&shipped("figma"), &[], body, "other"), Err(Refusal::Invalid));
}

/// W2: Meta and Strava ask with a GET, Smartsheet with a header.
#[test]
fn shipped_handshakes_are_answered() {
    let query = pairs(&[("hub.mode", "subscribe"), ("hub.challenge", "c-1"), ("hub.verify_token", "any")]);
    let body_of = |key: &str, request: &WebhookRequest<'_>| {
        let webhook = shipped(key);
        let handshake = webhook.handshakes.iter().find(|handshake| handshake.is_met(request)).unwrap_or_else(|| panic!("{key}"));
        handshake.answer(request, &WebhookSecrets::new(Some("s3cret"), None)).unwrap().body.unwrap().1
    };
    let get = WebhookRequest::new("GET", "https://example.com/webhook/e/k", &[], &query, &[][..]);
    for key in ["facebook", "instagram", "whatsapp-business"] {
        assert_eq!(body_of(key, &get), "c-1");
    }
    assert_eq!(body_of("strava", &get), r#"{"hub.challenge":"c-1"}"#);
    let headers = pairs(&[("smartsheet-hook-challenge", "c-2")]);
    let post = WebhookRequest::new("POST", "https://example.com/webhook/e/k", &headers, &[], &b"{}"[..]);
    assert_eq!(body_of("smartsheet", &post), r#"{"smartsheetHookResponse":"c-2"}"#);
}

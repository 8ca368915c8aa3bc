//! Values were computed by other implementations, or stand in the providers' own documentation.

use std::path::Path as File;

use super::*;
use crate::{Catalogue, parse_entry};

mod shipped;

const NOW_MS: i64 = 1_614_265_330_000;

fn shipped(key: &str) -> Webhook {
    Catalogue::embedded().get(key).unwrap().webhook.clone().unwrap()
}

fn own(webhook: &str) -> Webhook {
    parse_entry(File::new("acme.yaml"), &entry(webhook)).unwrap().webhook.unwrap()
}

fn defect(webhook: &str) -> String {
    parse_entry(File::new("acme.yaml"), &entry(webhook)).unwrap_err().to_string()
}

fn entry(webhook: &str) -> String {
    format!(
        "key: acme\ndisplay_name: Acme\ncategories: [crm]\ndocs: https://docs.acme.example\nauth: {{mode: NONE}}\nproxy: {{base_url: 'https://a.example'}}\n\
         sources: [https://docs.acme.example]\nwebhook:\n  docs: https://docs.acme.example\n{webhook}"
    )
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn check_at(webhook: &Webhook, headers: &[(&str, &str)], body: &[u8], secret: &str, now_ms: i64) -> Result<Verified, Refusal> {
    let headers = pairs(headers);
    let request = WebhookRequest::new("POST", "https://example.com/webhook/e/k", &headers, &[], body);
    webhook.verify(&request, &WebhookSecrets::new(Some(secret), Some("client")), now_ms)
}

fn check(webhook: &Webhook, headers: &[(&str, &str)], body: &[u8], secret: &str) -> Result<Verified, Refusal> {
    check_at(webhook, headers, body, secret, NOW_MS)
}

const STANDARD: &[(&str, &str)] = &[
    ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
    ("webhook-timestamp", "1614265330"),
    ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
];
const STANDARD_BODY: &[u8] = br#"{"test": 2432232314}"#;
const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn with<'a>(headers: &[(&'a str, &'a str)], name: &str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    headers
        .iter()
        .filter_map(|(header, old)| if *header == name { value.map(|value| (*header, value)) } else { Some((*header, *old)) })
        .collect()
}

/// W1: the vectors of Standard Webhooks, and each way to be wrong.
#[test]
fn standard_webhooks_are_verified_to_the_byte() {
    let webhook = own("  signature: standard-webhooks\n");
    let verify = |headers: &[(&str, &str)]| check(&webhook, headers, STANDARD_BODY, STANDARD_SECRET);
    assert_eq!(verify(STANDARD), Ok(Verified::Proven));
    assert_eq!(check(&webhook, STANDARD, STANDARD_BODY, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Ok(Verified::Proven), "without its prefix");
    assert_eq!(check(&webhook, STANDARD, br#"{"test":2432232314}"#, STANDARD_SECRET), Err(Refusal::Invalid), "written anew");
    assert_eq!(check(&webhook, STANDARD, b"", STANDARD_SECRET), Err(Refusal::Invalid), "empty");
    assert_eq!(check(&webhook, STANDARD, STANDARD_BODY, "whsec_AAEC"), Err(Refusal::Invalid), "another secret");
    assert_eq!(check(&webhook, STANDARD, STANDARD_BODY, "whsec_***"), Err(Refusal::Invalid), "a secret that is no Base64");
    assert_eq!(check(&webhook, STANDARD, STANDARD_BODY, ""), Err(Refusal::NoSecret(SecretSource::Webhook)));
    for name in ["webhook-id", "webhook-timestamp"] {
        assert!(verify(&with(STANDARD, name, None)).is_err(), "without {name}");
        assert_eq!(verify(&with(STANDARD, name, Some("1614265331"))), Err(Refusal::Invalid), "{name} of another");
    }
    assert_eq!(verify(&with(STANDARD, "webhook-signature", None)), Err(Refusal::MissingSignature));
    assert_eq!(verify(&with(STANDARD, "webhook-signature", Some(""))), Err(Refusal::MissingSignature));
    for wrong in ["v1,not base64", "v1,", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="]
    {
        assert_eq!(verify(&with(STANDARD, "webhook-signature", Some(wrong))), Err(Refusal::Invalid), "{wrong}");
    }
}

/// W1: five minutes to either side, and not a second more; several signatures; several secrets.
#[test]
fn a_delivery_is_good_for_five_minutes_and_for_either_secret() {
    let webhook = own("  signature: standard-webhooks\n");
    let at = |seconds: i64| check_at(&webhook, STANDARD, STANDARD_BODY, STANDARD_SECRET, NOW_MS + seconds * 1_000);
    for (seconds, expected) in
        [(300, Ok(Verified::Proven)), (-300, Ok(Verified::Proven)), (301, Err(Refusal::Stale)), (-301, Err(Refusal::Stale))]
    {
        assert_eq!(at(seconds), expected, "{seconds}");
    }
    let several = "v1,AAAA v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_eq!(check(&webhook, &with(STANDARD, "webhook-signature", Some(several)), STANDARD_BODY, STANDARD_SECRET), Ok(Verified::Proven));
    let both = format!("whsec_AAEC {STANDARD_SECRET}");
    assert_eq!(check(&webhook, STANDARD, STANDARD_BODY, &both), Ok(Verified::Proven), "while one is being replaced");
    for time in ["9223372036854775807", "-9223372036854775808", "x", "1e9", "1614265330.5"] {
        assert_eq!(
            check(&webhook, &with(STANDARD, "webhook-timestamp", Some(time)), STANDARD_BODY, STANDARD_SECRET),
            Err(Refusal::Invalid),
            "{time}"
        );
    }
}

/// The entry, the delivery's headers, its body, the secret.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

const JWT: &str =
    "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhcHAiLCJleHAiOjE2MTQyNjU0MDB9.60flp-msYTCbgbxG56TT4KiQpibMUCUkT3n6MvMQwYM";

/// W1: one delivery of each provider whose way to sign differs.
#[test]
fn each_way_to_sign_is_verified() {
    let twilio = "CallSid=CA1234567890ABCDE&From=%2B14158675310&Caller=%2B14158675310&To=%2B18005551212&Digits=1234";
    let cases: &[Case] = &[
        (
            "github",
            &[("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")],
            "Hello, World!",
            "It's_a_secret",
        ),
        (
            "stripe-api-key",
            &[("stripe-signature", "t=1614265330,v1=00,v1=347e9afe3d74ec4c5cbefd270edc9246513ae3da7b375223e302560fbd4146eb,v0=aa")],
            r#"{"id":"evt_1"}"#,
            "whsec_test",
        ),
        (
            "hubspot",
            &[("x-hubspot-signature-v3", "4S3jZR3veqyWPJnsUpSQPDWYO2gnPOM6y/nQAO6pNPM="), ("x-hubspot-request-timestamp", "1614265330000")],
            r#"[{"portalId":1}]"#,
            "",
        ),
        ("shopify", &[("x-shopify-hmac-sha256", "PYHMvMc/Ca7UA3mZ8ARe4ww9qnFBb04dWTsZjzWnk/U=")], r#"{"id":1}"#, ""),
        ("squareup", &[("x-square-hmacsha256-signature", "UPUSC2Bne/p+OeIxoGo2xpeIF5JCo1GnTCMbZRvG9d4=")], r#"{"a":1}"#, "s"),
        (
            "discord",
            &[
                (
                    "x-signature-ed25519",
                    "4cfd37792d988623f94973fda57d53f1d239ad622f301ee241ca86688c3834a8c7dc5bd93dc8022bb8be3260be1d00ae635090edae7cb82f31cd36de12cef80b",
                ),
                ("x-signature-timestamp", "1614265330"),
            ],
            r#"{"a":1}"#,
            "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
        ),
        (
            "sendgrid",
            &[
                (
                    "x-twilio-email-event-webhook-signature",
                    "MEQCIGBvzfkoB1ffUTLrXN54chI3hT2T/cqohUGuq6dVv/Z9AiAXgdHI7eOroxyobhQGRxOEOSEPsQux+A7FShj1mHsKpQ==",
                ),
                ("x-twilio-email-event-webhook-timestamp", "1614265330"),
            ],
            r#"{"a":1}"#,
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJu/OvQ7p40pmkYfhizqRIrL3M5RbZJzJ+fkh6fna2BKQI4venMe7Mw0VDGdwTdJa5wVSBXRLbzG/QHB0WHLQ5g==",
        ),
        ("jira", &[("authorization", JWT)], "{}", ""),
        ("gitlab", &[("x-gitlab-token", "s")], "{}", "s"),
        ("twilio", &[("x-twilio-signature", "TWILIO")], twilio, "12345"),
    ];
    for (provider, headers, body, secret) in cases {
        let webhook = shipped(provider);
        let (secret, headers) = match *provider {
            // Its documentation's own example has a secret with spaces, which a setting takes for several.
            "github" => {
                assert_eq!(documented_by_github(&webhook, headers, body), Ok(Verified::Proven));
                continue;
            }
            "twilio" => (*secret, vec![("x-twilio-signature", "WVMKv1h99F8iDpcUSPvUCzMuc90=")]),
            _ => (*secret, headers.to_vec()),
        };
        assert_eq!(check(&webhook, &headers, body.as_bytes(), secret), Ok(Verified::Proven), "{provider}");
        let other = format!("{body} ");
        if !matches!(*provider, "gitlab" | "jira") {
            assert_eq!(check(&webhook, &headers, other.as_bytes(), secret), Err(Refusal::Invalid), "{provider}: another body");
        }
        let carried = headers[0];
        let broken: Vec<_> = headers.iter().map(|header| if *header == carried { (carried.0, "AAAA") } else { *header }).collect();
        assert_eq!(check(&webhook, &broken, body.as_bytes(), secret), Err(Refusal::Invalid), "{provider}: another proof");
        let missing = check(&webhook, &[], body.as_bytes(), secret);
        assert!(matches!(missing, Err(Refusal::MissingSignature | Refusal::MissingToken)), "{provider}: {missing:?}");
    }
}

fn documented_by_github(webhook: &Webhook, headers: &[(&str, &str)], body: &str) -> Result<Verified, Refusal> {
    let headers = pairs(headers);
    let request = WebhookRequest::new("POST", "", &headers, &[], body.as_bytes());
    let secrets = WebhookSecrets { webhook: vec!["It's a Secret to Everybody".to_owned()], client: Vec::new() };
    webhook.verify(&request, &secrets, NOW_MS)
}

/// W1: a token of another algorithm, one without an end, and one that is over.
#[test]
fn a_jwt_is_taken_with_one_algorithm_and_until_its_end() {
    let webhook = shipped("jira");
    let none = "Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJhcHAiLCJleHAiOjE2MTQyNjU0MDB9.mH_wqawnaKBsPZuT37W8-BgL_JORhYGB_ezmLbKjRuY";
    assert_eq!(check(&webhook, &[("authorization", none)], b"{}", ""), Err(Refusal::Invalid));
    let right =
        "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhcHAiLCJleHAiOjE2MTQyNjU0MDB9.60flp-msYTCbgbxG56TT4KiQpibMUCUkT3n6MvMQwYM";
    let at = |seconds: i64| check_at(&webhook, &[("authorization", right)], b"{}", "", NOW_MS + seconds * 1_000);
    assert_eq!((at(0), at(370), at(371)), (Ok(Verified::Proven), Ok(Verified::Proven), Err(Refusal::Stale)));
}

/// W2: challenges of Slack, Zoom, Dropbox, Asana and Notion.
#[test]
fn handshakes_are_recognised_and_answered() {
    let secrets = WebhookSecrets::new(Some("zs"), None);
    let answer = |provider: &str, method: &str, headers: &[(&str, &str)], query: &[(&str, &str)], body: &str| {
        let (headers, query) = (pairs(headers), pairs(query));
        let request = WebhookRequest::new(method, "", &headers, &query, body.as_bytes());
        let webhook = shipped(provider);
        let found = webhook.handshakes.iter().find(|handshake| handshake.is_met(&request))?;
        Some((found.answer(&request, &secrets).unwrap(), found.signed, found.keep))
    };
    let (slack, signed, _) = answer("slack", "POST", &[], &[], r#"{"type":"url_verification","challenge":"3eZ"}"#).unwrap();
    assert!(signed && slack.body.unwrap().1 == "3eZ");
    assert!(answer("slack", "POST", &[], &[], r#"{"type":"event_callback","challenge":"3eZ"}"#).is_none());
    let (zoom, ..) = answer("zoom", "POST", &[], &[], r#"{"event":"endpoint.url_validation","payload":{"plainToken":"q"}}"#).unwrap();
    let expected = r#"{"plainToken":"q","encryptedToken":"35307a2551997ba5341a65c6d9fcaf62d7e86cefc2db7225f691a1c8cfb9e43a"}"#;
    assert_eq!(zoom.body.unwrap().1, expected);
    let (dropbox, signed, _) = answer("dropbox", "GET", &[], &[("challenge", "<b>")], "").unwrap();
    assert_eq!((dropbox.body, signed), (Some(("text/plain; charset=utf-8", "<b>".to_owned())), false));
    let (asana, _, keep) = answer("asana", "POST", &[("x-hook-secret", "b537")], &[], "").unwrap();
    assert_eq!((asana.header, keep), (Some(("x-hook-secret".to_owned(), "b537".to_owned())), true));
    let (notion, _, keep) = answer("notion", "POST", &[], &[], r#"{"verification_token":"secret_1"}"#).unwrap();
    assert!(keep && notion.body.is_none() && notion.status == 200);
    assert!(answer("notion", "POST", &[], &[], r#"{"type":"page.created","verification_token":"x"}"#).is_none());
}

/// W2
#[test]
fn types_ids_and_routes_are_read_from_where_the_provider_writes_them() {
    let read = |provider: &str, headers: &[(&str, &str)], query: &[(&str, &str)], body: &str| {
        let (headers, query) = (pairs(headers), pairs(query));
        let request = WebhookRequest::new("POST", "", &headers, &query, body.as_bytes());
        let webhook = shipped(provider);
        let keys: Vec<String> = webhook.route_keys(&request).iter().map(|key| format!("{}={}", key.field, key.value)).collect();
        (webhook.event_of(&request).unwrap_or_default(), webhook.delivery_id_of(&request).unwrap_or_default(), keys.join(" "))
    };
    let told = |event: &str, id: &str, keys: &str| (event.to_owned(), id.to_owned(), keys.to_owned());
    let github = [("x-github-event", "push"), ("x-github-delivery", "d-1")];
    assert_eq!(
        read("github-app", &github, &[], r#"{"installation":{"id":7}}"#),
        told("push", "d-1", "connection_config.installation_id=7")
    );
    assert_eq!(
        read("slack", &[], &[], r#"{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":{"type":"message"}}"#),
        told("message", "Ev1", "connection_config.team.id=T1")
    );
    assert_eq!(
        read(
            "hubspot",
            &[],
            &[],
            r#"{"eventId":1,"subscriptionId":2,"portalId":33,"objectId":4,"occurredAt":5,"attemptNumber":1,"subscriptionType":"contact.creation"}"#
        ),
        told("contact.creation", "1/2/4/5", "connection_config.portalId=33 metadata.portalId=33")
    );
    let shopify = [("x-shopify-topic", "orders/create"), ("x-shopify-webhook-id", "w-1"), ("x-shopify-shop-domain", "acme.myshopify.com")];
    assert_eq!(read("shopify", &shopify, &[], "{}"), told("orders/create", "w-1", "connection_config.subdomain=acme"));
    assert_eq!(
        read("stripe-api-key", &[], &[("connection_id", "ada")], r#"{"id":"evt_1","type":"charge.refunded"}"#),
        told("charge.refunded", "evt_1", "connection_id=ada")
    );
    assert_eq!(
        read(
            "jira",
            &[("x-atlassian-webhook-identifier", "i")],
            &[],
            r#"{"webhookEvent":"jira:issue_created","issue":{"self":"https://acme.atlassian.net/rest/api/2/issue/1"}}"#
        ),
        told("jira:issue_created", "i", "metadata.site=acme.atlassian.net")
    );
    assert_eq!(
        read("linear", &[("linear-delivery", "l")], &[], r#"{"type":"Issue","organizationId":"o"}"#),
        told("Issue", "l", "connection_config.organizationId=o metadata.organizationId=o")
    );
    assert_eq!(
        read("notion", &[], &[], r#"{"id":"n","type":"page.created","workspace_id":"w"}"#),
        told("page.created", "n", "connection_config.workspace_id=w")
    );
    assert_eq!(
        read("dropbox", &[], &[], r#"{"list_folder":{"accounts":["a","b"]}}"#).2,
        "connection_config.account_id=a connection_config.account_id=b"
    );
    let long = format!(r#"{{"id":"n","type":"t","workspace_id":"{}"}}"#, "x".repeat(256));
    assert_eq!(read("notion", &[], &[], &long).2, "", "longer than anything that is indexed");
}

#[test]
fn what_is_wrong_with_a_description_is_said() {
    for (webhook, problem) in [
        ("  signature: hmac\n", "`webhook.signature`: is `none`, `standard-webhooks`, a block"),
        ("  signature: {type: rsa}\n", "is hmac, token, public-key or jwt"),
        ("  signature: {type: hmac}\n", "`webhook.signature.header`: is missing"),
        ("  signature: {type: hmac, header: x, algorithm: md5}\n", "is one of sha256, sha1, sha512"),
        ("  signature: {type: hmac, header: x, signed: '${timestamp}'}\n", "must hold ${body} or ${form}"),
        ("  signature: {type: hmac, header: x, signed: '${timestamp}${body}'}\n", "is missing: `signed` has ${timestamp}"),
        ("  signature: {type: hmac, header: x, timestamp: {from: header.t}}\n", "must be signed"),
        ("  signature: {type: hmac, header: x, signed: '${bdy}'}\n", "`bdy` is not known"),
        ("  signature: {type: token, from: header.x, algorithm: sha1}\n", "means nothing to the type token"),
        ("  signature: none\n  batch: header.x\n", "is `body` or body.PATH"),
        ("  signature: none\n  handshake: [{reply: {text: body.a}}]\n", "every delivery would be one"),
        ("  signature: none\n  route: [{from: body.a, to: [name]}]\n", "are connection_id, connection_config.KEY"),
        ("  signature: none\n  route: [{from: body.a, pattern: '(', to: [connection_id]}]\n", "is not a regular expression"),
        ("  signature: none\n  route: [{from: body.a, pattern: 'a', to: [connection_id]}]\n", "must have one group"),
        ("  signature: none\n  route: [{from: query.a, to: [connection_id]}]\n", "must name `a`, which is read from it"),
        ("  signature: none\n  event: [boddy.a]\n", "is none of header.NAME"),
    ] {
        let told = defect(webhook);
        assert!(told.contains(problem), "{webhook}: {told}");
    }
}

#[test]
fn a_payload_is_json_to_the_digit() {
    let json = Some("application/json; charset=utf-8");
    assert_eq!(payload(json, br#" {"n":12345678901234567890123,"e":1e400} "#).unwrap(), r#"{"n":12345678901234567890123,"e":1e400}"#);
    assert_eq!(payload(json, b"").unwrap(), "null");
    assert_eq!(payload(json, b"{"), None);
    assert_eq!(payload(Some("application/x-www-form-urlencoded"), b"a=1&b=x+y&a=2").unwrap(), r#"{"a":["1","2"],"b":"x y"}"#);
    assert_eq!(payload(Some("text/xml"), b"<a/>").unwrap(), r#""<a/>""#);
    assert_eq!(payload(None, &[0xff]), None);
}

//! `AWS_SIGV4`, against a stand-in for STS that checks the signature by hand.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{at_fault, bench, exchanged, field, life, map, renewed, stored};
use crate::ModeError;
use crate::stand_in::{Asked, Bench, StandIn, reply};

const ROLE: &str = "arn:aws:iam::123456789012:role/syncline";
const KEYS: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser>\
                    <Arn>arn:aws:sts::123456789012:assumed-role/syncline/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>\
                    <Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>assumed/secret+</SecretAccessKey>\
                    <SessionToken>session&amp;token==</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials>\
                    </AssumeRoleResult></AssumeRoleResponse>";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The protocol by hand, over what arrived.
fn is_signed(asked: &Asked) -> bool {
    let header = |name: &str| asked.headers[name].to_str().unwrap();
    let authorization = header("authorization");
    let part = |name: &str| authorization.split(&format!("{name}=")).nth(1).unwrap().split(',').next().unwrap();
    let signed = part("SignedHeaders");
    assert!(signed.contains("content-type;host;x-amz-date"), "{signed}");
    let headers: String = signed.split(';').fold(String::new(), |all, name| all + &format!("{name}:{}\n", header(name)));
    let canonical = format!("POST\n{}\n\n{headers}\n{signed}\n{}", asked.path, hex(&Sha256::digest(&asked.body)));
    let scope = part("Credential").strip_prefix("AKIAOURS/").unwrap();
    let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", header("x-amz-date"), hex(&Sha256::digest(canonical)));
    let mac = |key: Vec<u8>, text: &str| Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(text).finalize().into_bytes().to_vec();
    let key = scope.split('/').fold(b"AWS4our/secret".to_vec(), mac);
    scope.ends_with("/us-east-1/sts/aws4_request") && part("Signature") == hex(&mac(key, &text))
}

async fn sts() -> (StandIn, Bench) {
    let sts = StandIn::start(|asked, _| {
        if is_signed(asked) {
            reply(200, "text/xml", KEYS)
        } else {
            reply(403, "text/xml", "<Error><Code>SignatureDoesNotMatch</Code></Error>")
        }
    })
    .await;
    let bench = of(&sts);
    (sts, bench)
}

fn of(sts: &StandIn) -> Bench {
    let auth = format!("  mode: AWS_SIGV4\n  service: s3\n  sts_url: {}\n  lifetime_s: 1800", sts.url);
    let mut bench = bench(&auth, "connection_config:\n  external_id: {title: E, description: E}");
    bench.connection_config = map(json!({"external_id": "ours-1"}));
    bench.settings = map(json!({"access_key_id": "AKIAOURS", "secret_access_key": "our/secret"}));
    bench
}

#[tokio::test]
async fn a_role_is_assumed_with_our_keys_and_an_external_id() {
    let (sts, bench) = sts().await;
    let grant = exchanged(&bench, json!({"role_arn": ROLE, "region": "eu-central-1"})).await.unwrap();
    let form = sts.asked()[0].form();
    let sent = ["Action", "Version", "RoleArn", "ExternalId", "DurationSeconds"].map(|name| form[name].as_str());
    assert_eq!(sent, ["AssumeRole", "2011-06-15", ROLE, "ours-1", "1800"]);
    assert!(form["RoleSessionName"].starts_with("syncline-"));
    let mut wire = stored(&grant).to_wire_exposed();
    wire.as_object_mut().unwrap().remove("raw");
    let expected = json!({
        "type": "AWS_SIGV4", "role_arn": ROLE, "region": "eu-central-1", "service": "s3", "external_id": "ours-1",
        "access_key_id": "ASIAEXAMPLE", "secret_access_key": "assumed/secret+", "session_token": "session&token==",
        "expires_at": "2026-01-01T13:00:00.000Z",
    });
    assert_eq!(wire, expected);
    assert_eq!(life(&bench, &grant), Some(3600));

    let second = renewed(&bench, &grant).await.unwrap();
    assert_eq!((field(&second, "role_arn"), field(&second, "region")), (ROLE, "eu-central-1"));
    assert_eq!(sts.asked().len(), 2);
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_before_anything_is_sent() {
    let (sts, mut bench) = sts().await;
    for (given, name) in [
        (json!({}), "role_arn"),
        (json!({"role_arn": "syncline"}), "role_arn"),
        (json!({"role_arn": "arn:aws:s3::123456789012:role/x"}), "role_arn"),
        (json!({"role_arn": ROLE, "region": "eu.evil.example/"}), "region"),
        (json!({"role_arn": ROLE, "region": "a".repeat(65)}), "region"),
        (json!({"role_arn": ROLE, "access_key_id": "mine"}), "access_key_id"),
    ] {
        assert_eq!(at_fault(exchanged(&bench, given).await), name);
    }
    bench.connection_config.clear();
    assert_eq!(at_fault(exchanged(&bench, json!({"role_arn": ROLE})).await), "external_id");
    bench.connection_config = map(json!({"external_id": "ours-1"}));
    bench.settings.clear();
    assert!(matches!(exchanged(&bench, json!({"role_arn": ROLE})).await, Err(ModeError::Setup { .. })));
    assert!(sts.asked().is_empty());
}

/// O6
#[tokio::test]
async fn an_error_says_whose_it_is() {
    let table = [
        (
            403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform sts:AssumeRole</Message></Error></ErrorResponse>",
            "refused",
        ),
        (403, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>invalid</Message></Error></ErrorResponse>", "setup"),
        (400, "<ErrorResponse><Error><Code>Throttling</Code><Message>slow down</Message></Error></ErrorResponse>", "unavailable"),
        (503, "<html><body>down</body></html>", "unavailable"),
        (200, "{\"AssumeRoleResponse\":{}}", "unavailable"),
        (200, "<AssumeRoleResponse/>", "unavailable"),
        (200, "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><AssumeRoleResponse>&b;</AssumeRoleResponse>", "unavailable"),
    ];
    for (status, body, expected) in table {
        let sts = StandIn::always(status, "text/xml", body).await;
        let kind = match exchanged(&of(&sts), json!({"role_arn": ROLE})).await.unwrap_err() {
            ModeError::Refused { .. } => "refused",
            ModeError::Setup { .. } => "setup",
            ModeError::Unavailable { .. } => "unavailable",
            ModeError::Input { .. } => "input",
        };
        assert_eq!(kind, expected, "{status} {body}");
    }
}

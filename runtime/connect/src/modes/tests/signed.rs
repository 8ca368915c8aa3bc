//! `JWT` and `SIGNATURE`: tokens made here.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::{EC, EC_PUBLIC, RSA, RSA_PKCS1, RSA_PUBLIC, at_fault, bench, exchanged, field, life, renewed};
use crate::stand_in::{StandIn, json as answer};

const NOON: i64 = 1_767_268_800;

fn jwt(algorithm: &str, more: &str) -> String {
    format!(
        "  mode: JWT
  jwt:
    algorithm: {algorithm}
    signing_key: ${{credentials.secret}}
    header: {{kid: '${{credentials.id}}'}}
    payload: {{iss: '${{credentials.id}}', aud: '/admin/', sub: '${{connectionConfig.user}}'}}
    lifetime_s: 300
{more}"
    )
}

const FIELDS: &str = "credentials:\n  id: {title: Id, description: Of the key}\n  secret: {title: Secret, description: Of the key, secret: true}\n\
                      connection_config:\n  user: {title: U, description: U, optional: true}";

fn verified(token: &str, algorithm: Algorithm, public: &str) -> TokenData<Value> {
    let key = match algorithm {
        Algorithm::ES256 => DecodingKey::from_ec_pem(public.as_bytes()),
        _ => DecodingKey::from_rsa_pem(public.as_bytes()),
    };
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.set_audience(&["/admin/"]);
    decode(token, &key.unwrap(), &validation).unwrap()
}

/// O8
#[tokio::test]
async fn a_token_is_signed_with_the_key_pair_of_the_connection() {
    let escaped = RSA.replace('\n', "\\n");
    let wrapped = STANDARD.encode(RSA);
    for (name, algorithm, key, public) in [
        ("RS256", Algorithm::RS256, RSA, RSA_PUBLIC),
        ("RS256", Algorithm::RS256, RSA_PKCS1, RSA_PUBLIC),
        ("RS256", Algorithm::RS256, escaped.as_str(), RSA_PUBLIC),
        ("RS256", Algorithm::RS256, wrapped.as_str(), RSA_PUBLIC),
        ("ES256", Algorithm::ES256, EC, EC_PUBLIC),
    ] {
        let bench = bench(&jwt(name, ""), FIELDS);
        let grant = exchanged(&bench, json!({"id": "key-1", "secret": key})).await.unwrap();
        let token = verified(field(&grant, "token"), algorithm, public);
        assert_eq!((token.header.kid.as_deref(), token.header.typ.as_deref()), (Some("key-1"), Some("JWT")));
        assert_eq!(token.claims, json!({"iss": "key-1", "aud": "/admin/", "iat": NOON, "exp": NOON + 300}));
        assert_eq!(life(&bench, &grant), Some(300));
    }
}

/// O8: against HMAC by hand. Older clients send the key as one object.
#[tokio::test]
async fn a_shared_secret_may_be_written_in_hexadecimal() {
    let secret = "00ff10ABcd";
    for (more, given, key) in [
        ("    key_encoding: hex", json!({"privateKey": {"id": "key-1", "secret": secret}, "type": "JWT"}), vec![0, 0xff, 0x10, 0xab, 0xcd]),
        ("", json!({"id": "key-1", "secret": secret}), secret.as_bytes().to_vec()),
    ] {
        let grant = exchanged(&bench(&jwt("HS256", more), FIELDS), given).await.unwrap();
        let (message, signature) = field(&grant, "token").rsplit_once('.').unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(message).finalize().into_bytes();
        assert_eq!(signature, URL_SAFE_NO_PAD.encode(mac));
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(message.split('.').next().unwrap()).unwrap()).unwrap();
        assert_eq!(header, json!({"alg": "HS256", "typ": "JWT", "kid": "key-1"}));
    }
}

#[tokio::test]
async fn a_renewal_signs_again() {
    let bench = bench(&jwt("HS256", ""), FIELDS);
    let grant = exchanged(&bench, json!({"id": "key-1", "secret": "s"})).await.unwrap();
    bench.clock.advance(Duration::from_secs(290));
    let second = renewed(&bench, &grant).await.unwrap();
    assert_ne!(field(&second, "token"), field(&grant, "token"));
    assert_eq!((life(&bench, &second), field(&second, "secret"), field(&second, "id")), (Some(300), "s", "key-1"));
}

/// S6: the key is blamed by its field and not shown.
#[tokio::test]
async fn a_key_that_cannot_sign_is_named() {
    for (algorithm, more, key) in [
        ("RS256", "", "canary"),
        ("RS256", "", EC),
        ("ES256", "", RSA),
        ("HS256", "    key_encoding: hex", "canary"),
        ("HS256", "    key_encoding: hex", "abc"),
    ] {
        let result = exchanged(&bench(&jwt(algorithm, more), FIELDS), json!({"id": "i", "secret": key})).await;
        assert!(!format!("{result:?}").contains("canary"));
        assert_eq!(at_fault(result), "secret");
    }
}

#[tokio::test]
async fn an_assertion_buys_the_token() {
    let provider =
        StandIn::start(|asked, _| match verified(&asked.form()["assertion"], Algorithm::RS256, RSA_PUBLIC).claims["iss"].as_str() {
            Some("key-1") => answer(200, &json!({"access_token": "bought", "expires_in": 3600})),
            _ => answer(400, &json!({"error": "invalid_grant"})),
        })
        .await;
    let buys = format!(
        "  token_request:\n    url: {}token\n    body: {{grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: '${{credentials.assertion}}'}}",
        provider.url
    );
    let bench = bench(&jwt("RS256", &buys), FIELDS);
    let grant = exchanged(&bench, json!({"id": "key-1", "secret": RSA})).await.unwrap();
    assert_eq!((field(&grant, "token"), life(&bench, &grant)), ("bought", Some(3600)));
    bench.clock.advance(Duration::from_secs(3000));
    let second = renewed(&bench, &grant).await.unwrap();
    assert_eq!((field(&second, "token"), life(&bench, &second), field(&second, "secret")), ("bought", Some(3600), RSA));
    // An assertion of its own, not the one that was spent, and kept nowhere.
    let sent: Vec<String> = provider.asked().iter().map(|asked| asked.form()["assertion"].clone()).collect();
    assert_ne!(sent[0], sent[1]);
    assert!(second.credentials.field("assertion").is_none());
}

/// WSSE, recomputed.
#[tokio::test]
async fn a_signature_is_computed_and_computed_again() {
    let bench = bench("  mode: SIGNATURE\n  lifetime_s: 240", "  headers: {x-wsse: '${credentials.token}'}");
    let grant = exchanged(&bench, json!({"type": "SIGNATURE", "username": "bob", "password": "canary"})).await.unwrap();
    let digest_is_right = |token: &str| {
        let part = |name: &str| token.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let expected = STANDARD.encode(Sha1::digest(format!("{}{}canary", part("Nonce"), part("Created"))));
        assert_eq!((part("Username").as_str(), part("PasswordDigest")), ("bob", expected));
        part("Created")
    };
    assert_eq!(digest_is_right(field(&grant, "token")), "2026-01-01T12:00:00Z");
    assert_eq!(life(&bench, &grant), Some(240));
    bench.clock.advance(Duration::from_secs(200));
    let second = renewed(&bench, &grant).await.unwrap();
    assert_eq!(digest_is_right(field(&second, "token")), "2026-01-01T12:03:20Z");
    assert_eq!(at_fault(exchanged(&bench, json!({"username": "a\" Nonce=\"", "password": "p"})).await), "username");
    assert_eq!(at_fault(exchanged(&bench, json!({"username": "bob"})).await), "password");
}

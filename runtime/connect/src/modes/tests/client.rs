//! `OAUTH2_CC`

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};

use super::{EC, RSA, RSA_CERTIFICATE, RSA_PUBLIC, at_fault, bench, exchanged, field, held, life, renewed};
use crate::ModeError;
use crate::stand_in::{Bench, StandIn};

const TOKEN: &str = r#"{"access_token":"t-1","instance":"eu"}"#;

async fn client(more: &str) -> (StandIn, Bench) {
    let provider = StandIn::always(200, "application/json", TOKEN).await;
    let auth = format!(
        "  mode: OAUTH2_CC\n  token_url: {}token\n  default_scopes: [a, b]\n  token_response_metadata: [instance]\n{more}",
        provider.url
    );
    let bench = bench(&auth, "");
    (provider, bench)
}

#[tokio::test]
async fn the_connections_own_client_buys_the_token() {
    let (provider, mut bench) = client("  token_params: {audience: 'https://acme.example', resource: '${credentials.client_id}'}").await;
    bench.scopes = Some("x, y".to_owned());
    let grant = exchanged(&bench, json!({"client_id": "own", "client_secret": "canary-own"})).await.unwrap();
    let form = provider.asked()[0].form();
    let sent = ["grant_type", "client_id", "client_secret", "scope", "audience", "resource"].map(|name| form[name].as_str());
    assert_eq!(sent, ["client_credentials", "own", "canary-own", "x y", "https://acme.example", "own"]);
    assert_eq!((field(&grant, "token"), life(&bench, &grant)), ("t-1", Some(55 * 60)));
    assert_eq!(grant.connection_config["instance"], "eu");

    // Who asked for these scopes is forgotten by then; the connection config is not.
    bench.scopes = None;
    bench.connection_config.clone_from(&grant.connection_config);
    let second = renewed(&bench, &grant).await.unwrap();
    assert_eq!(provider.asked()[1].form()["scope"], "x y");
    assert_eq!(held(&second).supplied.keys().collect::<Vec<_>>(), ["client_id", "client_secret"]);
}

#[tokio::test]
async fn scopes_of_the_integration_come_before_the_entrys() {
    let (provider, mut bench) = client("").await;
    let given = json!({"client_id": "own", "client_secret": "s"});
    exchanged(&bench, given.clone()).await.unwrap();
    bench.settings.insert("scopes".to_owned(), "c,d".into());
    exchanged(&bench, given).await.unwrap();
    let sent: Vec<String> = provider.asked().iter().map(|asked| asked.form()["scope"].clone()).collect();
    assert_eq!(sent, ["a b", "c d"]);
}

#[tokio::test]
async fn basic_keeps_the_secret_out_of_the_body() {
    let (provider, bench) = client("  token_auth: basic").await;
    exchanged(&bench, json!({"client_id": "own", "client_secret": "s"})).await.unwrap();
    let asked = &provider.asked()[0];
    assert_eq!(asked.headers["authorization"], "Basic b3duOnM=");
    assert!(!asked.form().contains_key("client_secret"));
}

/// RFC 7523, 2.2 and 3: for this endpoint only, short-lived, never the same twice.
#[tokio::test]
async fn a_key_proves_the_client_with_an_assertion() {
    let (provider, bench) = client("  client_proof: private_key_jwt").await;
    let given = json!({"client_id": "own", "client_private_key": RSA, "client_certificate": RSA_CERTIFICATE});
    let grant = exchanged(&bench, given).await.unwrap();
    renewed(&bench, &grant).await.unwrap();
    let mut ids = Vec::new();
    for asked in provider.asked() {
        let form = asked.form();
        assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        assert!(!form.contains_key("client_secret") && !form.contains_key("client_private_key"));
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.set_audience(&[provider.at("token").as_str()]);
        let key = DecodingKey::from_rsa_pem(RSA_PUBLIC.as_bytes()).unwrap();
        let token = decode::<Value>(&form["client_assertion"], &key, &validation).unwrap();
        assert_eq!((&token.claims["iss"], &token.claims["sub"]), (&json!("own"), &json!("own")));
        assert_eq!((&token.claims["iat"], &token.claims["exp"]), (&json!(1_767_268_800), &json!(1_767_269_100)));
        // `openssl dgst -sha256` of the certificate.
        assert_eq!(token.header.x5t_s256.as_deref(), Some("WigkUEnH51HvRCf1PjjZ2LlSo3oSADC3PauFP8gi4GY"));
        ids.push(token.claims["jti"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_bad_key_or_certificate_is_named() {
    let (provider, by_key) = client("  client_proof: private_key_jwt").await;
    let (_, by_certificate) = client("  client_proof: certificate").await;
    let key = |key: &str| json!({"client_id": "own", "client_private_key": key});
    assert_eq!(at_fault(exchanged(&by_key, key("canary")).await), "client_private_key");
    assert_eq!(at_fault(exchanged(&by_key, key(EC)).await), "client_private_key");
    let pair = json!({"client_id": "own", "client_private_key": EC, "client_certificate": RSA_CERTIFICATE});
    assert_eq!(at_fault(exchanged(&by_certificate, pair).await), "client_certificate");
    assert_eq!(at_fault(exchanged(&by_certificate, key(RSA)).await), "client_certificate");
    assert!(provider.asked().is_empty());
}

/// RFC 8705, 2: the certificate is shown in the handshake, and the body only names the client.
#[tokio::test]
async fn a_certificate_stays_out_of_the_body() {
    let (provider, bench) = client("  client_proof: certificate").await;
    let given = json!({"client_id": "own", "client_private_key": RSA, "client_certificate": RSA_CERTIFICATE});
    exchanged(&bench, given).await.unwrap();
    let form = provider.asked()[0].form();
    assert_eq!(form.keys().collect::<Vec<_>>(), ["client_id", "grant_type", "scope"]);
}

/// O6
#[tokio::test]
async fn a_refused_client_is_refused() {
    let provider = StandIn::always(401, "application/json", r#"{"error":"invalid_client","error_description":"canary-own"}"#).await;
    let bench = bench(&format!("  mode: OAUTH2_CC\n  token_url: {}token", provider.url), "");
    let error = exchanged(&bench, json!({"client_id": "own", "client_secret": "canary-own"})).await.unwrap_err();
    assert!(matches!(&error, ModeError::Refused { code, .. } if code == "invalid_client"), "{error:?}");
    assert!(!format!("{error:?}").contains("canary"));
}

//! `APP`, `CUSTOM` and `INSTALL_PLUGIN`: something is installed at the provider.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};
use syncline_domain::Credentials;

use super::{RSA, RSA_PUBLIC, back, begun, bench, field, life, map, renewed};
use crate::modes::complete;
use crate::stand_in::{Asked, Bench, StandIn, json as answer};
use crate::{Grant, ModeError};

/// Knows installations 42 and 44 of app 7, and the code `c-1` of a user to whom 42 belongs.
async fn provider() -> StandIn {
    StandIn::start(|asked, _| match asked.path.as_str() {
        "/app/installations/42/access_tokens" | "/app/installations/44/access_tokens" if is_the_app(asked) => {
            answer(201, &json!({"token": "installation-token", "expires_at": "2026-01-01T13:00:00Z", "permissions": {"issues": "write"}}))
        }
        "/user/token" => match asked.form().get("code").map(String::as_str) {
            Some("c-1") => answer(200, &json!({"access_token": "user-1", "refresh_token": "canary-r1", "expires_in": 28_800})),
            None if asked.form()["refresh_token"] == "canary-r1" => {
                answer(200, &json!({"access_token": "user-2", "refresh_token": "canary-r2", "expires_in": 28_800}))
            }
            _ => answer(200, &json!({"error": "bad_verification_code"})),
        },
        "/user/installations/42" if asked.headers["authorization"] == "Bearer user-1" => answer(200, &json!({"total_count": 0})),
        _ => answer(404, &json!({"message": "Not Found"})),
    })
    .await
}

/// The token says which app it is, dated back by a minute, for ten minutes.
fn is_the_app(asked: &Asked) -> bool {
    let token = asked.headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    let claims = decode::<Value>(&token, &DecodingKey::from_rsa_pem(RSA_PUBLIC.as_bytes()).unwrap(), &validation).unwrap().claims;
    claims["iss"] == "7" && claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() == 600
}

fn with(auth: &str, provider: &StandIn) -> Bench {
    let app = format!(
        "  app:\n    authorization_url: ${{integration.app_link}}/installations/new\n    token_request:\n      url: \
         {}app/installations/${{credentials.installation_id}}/access_tokens\n      headers: {{accept: application/vnd.github+json}}\n    \
         token_response: {{token: token}}\n    jwt_lifetime_s: 600",
        provider.url
    );
    let mut bench = bench(&format!("{auth}\n{app}"), "");
    bench.settings.extend(map(json!({"app_id": "7", "app_link": "https://github.example/apps/acme", "private_key": STANDARD.encode(RSA)})));
    bench
}

fn app(provider: &StandIn) -> Bench {
    with("  mode: APP", provider)
}

fn both(provider: &StandIn) -> Bench {
    let auth = format!(
        "  mode: CUSTOM\n  authorization_url: {0}authorize\n  token_url: {0}user/token\n  pkce: false\n  ownership_request: {{method: GET, url: \
         '{0}user/installations/${{credentials.installation_id}}'}}",
        provider.url
    );
    with(&auth, provider)
}

async fn finished(bench: &Bench, pairs: &[(&str, &str)]) -> Result<Grant, ModeError> {
    let (_, secret) = begun(bench).await.unwrap();
    complete(&bench.setting(), &secret, &back(pairs)).await
}

#[tokio::test]
async fn an_installation_is_bought_a_token_with_the_apps_key() {
    let provider = provider().await;
    let bench = app(&provider);
    assert_eq!(begun(&bench).await.unwrap().0.as_str(), "https://github.example/apps/acme/installations/new?state=state-1");
    let grant = finished(&bench, &[("installation_id", "42"), ("setup_action", "install")]).await.unwrap();
    assert_eq!((field(&grant, "access_token"), field(&grant, "app_id"), life(&bench, &grant)), ("installation-token", "7", Some(3600)));
    assert_eq!(provider.asked()[0].headers["accept"], "application/vnd.github+json");
    bench.clock.advance(Duration::from_secs(3000));
    let second = renewed(&bench, &grant).await.unwrap();
    assert_eq!((field(&second, "access_token"), field(&second, "installation_id")), ("installation-token", "42"));
}

/// O1: an id is part of a URL; and one of another app's installation buys nothing.
#[tokio::test]
async fn an_installation_that_is_not_the_apps_is_refused() {
    let provider = provider().await;
    let bench = app(&provider);
    for (pairs, expected) in [
        (&[("setup_action", "request")][..], "installation_requested"),
        (&[("setup_action", "install")], "missing_installation_id"),
        (&[("installation_id", "../../user/token")], "invalid_installation_id"),
        (&[("installation_id", "42?x=")], "invalid_installation_id"),
    ] {
        let error = finished(&bench, pairs).await.unwrap_err();
        assert!(matches!(&error, ModeError::Refused { code, .. } if code == expected), "{pairs:?}: {error:?}");
    }
    assert!(provider.asked().is_empty());
    assert!(finished(&bench, &[("installation_id", "43")]).await.is_err());
}

#[tokio::test]
async fn an_integration_without_its_key_says_so_before_anything_is_installed() {
    let provider = provider().await;
    for (name, value) in [("app_id", ""), ("private_key", "")] {
        let mut bench = app(&provider);
        bench.settings.insert(name.to_owned(), value.into());
        assert!(matches!(begun(&bench).await, Err(ModeError::Setup { problem }) if problem.contains(name)));
    }
    let mut bench = app(&provider);
    bench.settings.insert("private_key".to_owned(), "canary".into());
    let error = finished(&bench, &[("installation_id", "42")]).await.unwrap_err();
    assert!(matches!(error, ModeError::Setup { .. }) && !format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn the_user_is_learned_beside_the_installation() {
    let provider = provider().await;
    let bench = both(&provider);
    let grant = finished(&bench, &[("code", "c-1"), ("installation_id", "42"), ("state", "state-1")]).await.unwrap();
    assert_eq!((field(&grant, "app.access_token"), field(&grant, "user.access_token")), ("installation-token", "user-1"));
    // Nobody knows whose installation it is without the user.
    assert!(finished(&bench, &[("installation_id", "42")]).await.is_err());
    // Somebody else's code makes no connection, and no installation token is bought for it.
    let before = provider.asked().len();
    assert!(finished(&bench, &[("code", "c-2"), ("installation_id", "42")]).await.is_err());
    assert_eq!(provider.asked()[before..].iter().map(|asked| asked.path.as_str()).collect::<Vec<_>>(), ["/user/token"]);
}

/// O1: the id in the callback is changed to that of another customer's installation of the same app.
#[tokio::test]
async fn an_installation_of_somebody_else_is_refused() {
    let provider = provider().await;
    let bench = both(&provider);
    let error = finished(&bench, &[("code", "c-1"), ("installation_id", "44")]).await.unwrap_err();
    assert!(matches!(&error, ModeError::Refused { code, .. } if code == "installation_not_accessible"), "{error:?}");
    assert!(!provider.asked().iter().any(|asked| asked.path.ends_with("access_tokens")), "a token was bought");
}

/// A refresh token is spent by each use: it is left alone while only the installation's token ends.
#[tokio::test]
async fn only_what_ends_is_renewed() {
    let provider = provider().await;
    let bench = both(&provider);
    let grant = finished(&bench, &[("code", "c-1"), ("installation_id", "42")]).await.unwrap();
    bench.clock.advance(Duration::from_secs(3300));
    let second = renewed(&bench, &grant).await.unwrap();
    assert_eq!(field(&second, "user.access_token"), "user-1");
    assert_eq!(provider.asked().last().unwrap().path, "/app/installations/42/access_tokens");
    bench.clock.advance(Duration::from_secs(25_000));
    let third = renewed(&bench, &second).await.unwrap();
    assert_eq!((field(&third, "user.access_token"), field(&third, "user.refresh_token")), ("user-2", "canary-r2"));
}

#[tokio::test]
async fn a_plugin_is_installed_and_the_connection_waits() {
    let bench = bench("  mode: INSTALL_PLUGIN\n  install_url: https://acme.example/install?a=1", "");
    assert_eq!(begun(&bench).await.unwrap().0.as_str(), "https://acme.example/install?a=1&state=state-1");
    let grant = finished(&bench, &[]).await.unwrap();
    assert!(grant.is_pending && matches!(grant.credentials, Credentials::None));
}

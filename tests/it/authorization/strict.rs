//! Whoever checks must be checked: the stand-in refuses what a strict provider refuses. Otherwise the tests that pass it would say nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::World;
use super::oauth2::{Consent, Counts, Iss};
use crate::node::{Answer, client, read};

const BACK: &str = "http://127.0.0.1:1/oauth/callback";
const VERIFIER: &str = "0123456789-0123456789-0123456789-0123456789";

async fn world() -> World {
    let world = World::start().await;
    world.allow_redirect(BACK);
    world
}

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// The authorization request of a careful client, with changes.
async fn authorize(world: &World, changes: &[(&str, Option<&str>)]) -> Answer {
    let (challenge, (id, _)) = (challenge(VERIFIER), world.client("acme"));
    let mut asked = vec![
        ("client_id", id.as_str()),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("state", "0123456789abcdef"),
        ("scope", "read"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    asked.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    asked.extend(changes.iter().filter_map(|(name, value)| Some((*name, (*value)?))));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    read(client().get(world.url(&format!("/acme/authorize?{query}")))).await
}

/// A parameter of the redirect back.
fn back(answer: &Answer, name: &str) -> Option<String> {
    let location = answer.headers.get("location")?.to_str().unwrap();
    url::Url::parse(location).unwrap().query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.to_string())
}

async fn token(world: &World, realm: &str, fields: &[(&str, &str)]) -> Answer {
    let (id, secret) = world.client(realm);
    let mut all = vec![("client_id", id.as_str()), ("client_secret", &secret)];
    all.extend_from_slice(fields);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    let request = client().post(world.url(&format!("/{realm}/token")));
    read(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
}

async fn exchange(world: &World, code: &str, verifier: &str) -> Answer {
    let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK), ("code_verifier", verifier)];
    token(world, "acme", &fields).await
}

async fn refresh(world: &World, token_text: &Value) -> Answer {
    token(world, "acme", &[("grant_type", "refresh_token"), ("refresh_token", token_text.as_str().unwrap())]).await
}

async fn me(world: &World, token: &Value) -> u16 {
    read(client().get(world.url("/acme/api/me")).bearer_auth(token.as_str().unwrap())).await.status.as_u16()
}

/// O2, O4: nothing but the exact redirect URI and a challenge by S256 gets a code.
#[tokio::test]
async fn a_code_needs_the_exact_redirect_uri_and_a_challenge() {
    let world = world().await;
    let plain = authorize(&world, &[]).await;
    assert!(back(&plain, "code").is_some());
    assert_eq!(back(&plain, "state").as_deref(), Some("0123456789abcdef"));
    let redirects = [
        "http://127.0.0.1:1/oauth/callback/",
        "http://127.0.0.1:1/OAuth/callback",
        "http://127.0.0.1:2/oauth/callback",
        "http://127.0.0.1:1/oauth/callback#x",
        "http://127.0.0.1:1/x/../oauth/callback",
        "http://127.0.0.1:1/oauth/callback?x=1",
    ];
    for other in redirects {
        let answer = authorize(&world, &[("redirect_uri", Some(other))]).await;
        assert_eq!((answer.status.as_u16(), answer.headers.get("location")), (400, None), "{other}");
    }
    let refused = [
        (vec![("code_challenge_method", Some("plain"))], "invalid_request"),
        (vec![("code_challenge_method", None)], "invalid_request"),
        (vec![("code_challenge", None), ("code_challenge_method", None)], "invalid_request"),
        (vec![("response_type", Some("token"))], "unsupported_response_type"),
        (vec![("state", None)], "invalid_request"),
    ];
    for (changes, error) in refused {
        let answer = authorize(&world, &changes).await;
        assert_eq!((back(&answer, "error").as_deref(), back(&answer, "code")), (Some(error), None), "{changes:?}");
    }
}

/// O2: a code serves once, for its verifier; a second use takes back what the first one bought.
#[tokio::test]
async fn a_code_serves_once_and_only_with_its_verifier() {
    let world = world().await;
    let code = async || back(&authorize(&world, &[]).await, "code").unwrap();
    for wrong in ["0123456789-0123456789-0123456789-012345678X", "short", &"x".repeat(129)] {
        assert_eq!(exchange(&world, &code().await, wrong).await.json()["error"], "invalid_grant");
    }
    let once = code().await;
    let bought = exchange(&world, &once, VERIFIER).await.ok();
    assert_eq!(me(&world, &bought["access_token"]).await, 200);
    assert_eq!(exchange(&world, &once, VERIFIER).await.json()["error"], "invalid_grant");
    assert_eq!(me(&world, &bought["access_token"]).await, 401);
    assert_eq!(refresh(&world, &bought["refresh_token"]).await.json()["error"], "invalid_grant");
    let wrong_realm = [("grant_type", "authorization_code"), ("code", &*code().await), ("redirect_uri", BACK), ("code_verifier", VERIFIER)];
    assert_eq!(token(&world, "evil", &wrong_realm).await.json()["error"], "invalid_grant");
}

/// A refresh token that comes twice ends its family, unless the provider has patience.
#[tokio::test]
async fn reuse_of_a_refresh_token_ends_the_family() {
    let world = world().await;
    let code = back(&authorize(&world, &[]).await, "code").unwrap();
    let first = exchange(&world, &code, VERIFIER).await.ok();
    let second = refresh(&world, &first["refresh_token"]).await.ok();
    world.rules("acme", |rules| rules.grace_s = 3_600);
    let third = refresh(&world, &first["refresh_token"]).await.ok();
    assert_eq!(me(&world, &third["access_token"]).await, 200);
    world.rules("acme", |rules| rules.grace_s = 0);
    assert_eq!(refresh(&world, &first["refresh_token"]).await.json()["error"], "invalid_grant");
    for gone in [&second, &third] {
        assert_eq!(me(&world, &gone["access_token"]).await, 401);
        assert_eq!(refresh(&world, &gone["refresh_token"]).await.json()["error"], "invalid_grant");
    }
    assert_eq!(world.counts("acme"), Counts { exchanges: 1, refreshes: 2, reuses: 1, invalid_grants: 3 });
}

/// The person's page, for browsers; and what it says of the issuer.
#[tokio::test]
async fn the_person_can_be_asked() {
    let world = world().await;
    world.rules("acme", |rules| (rules.consent, rules.iss) = (Consent::Asked, Iss::Right));
    for (word, expected) in [("approve", "code"), ("deny", "error")] {
        let page = authorize(&world, &[]).await;
        let link = page.text.split("href=").find_map(|part| part.split('>').next().filter(|link| link.ends_with(word))).unwrap();
        let answer = read(client().get(world.url(link))).await;
        assert!(back(&answer, expected).is_some(), "{answer:?}");
        assert_eq!(back(&answer, "iss"), Some(world.url("/acme")));
        assert_eq!(read(client().get(world.url(link))).await.status.as_u16(), 410);
    }
}

/// Every entry of the stand-in is one that an operator could write.
#[tokio::test]
async fn a_server_takes_every_entry() {
    let world = World::start().await;
    let mut app = crate::app::App::start_with(syncline_store::testing::TestDatabase::sqlite(), &world.entries()).await;
    for (file, _) in world.entries() {
        let key = file.trim_end_matches(".yaml");
        assert_eq!(app.get(&format!("/providers/{key}")).await.ok()["data"]["name"], key);
    }
    app.stop();
}

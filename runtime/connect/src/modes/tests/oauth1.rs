//! `OAUTH1`: three legs, whose signatures are recomputed by hand.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;
use sha1::Sha1;
use syncline_domain::Credentials;

use super::{back, begun, bench};
use crate::modes::{BeginAsk, begin, complete};
use crate::stand_in::{Asked, Bench, StandIn, reply};
use crate::{Grant, ModeError};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const REQUEST: &str = "oauth_token=request%2Ftoken&oauth_token_secret=canary-request&oauth_callback_confirmed=true";

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The header's parameters, decoded.
fn header(asked: &Asked) -> BTreeMap<String, String> {
    let text = asked.headers["authorization"].to_str().unwrap().strip_prefix("OAuth ").unwrap();
    let pairs = text.split(", ").map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), percent_decode_str(value.trim_matches('"')).decode_utf8().unwrap().into_owned())).collect()
}

/// RFC 5849, 3.4, from what arrived. The secret of the bench's client has characters that are encoded.
fn signature(asked: &Asked, host: &str, token_secret: &str) -> String {
    let mut all: Vec<String> = header(asked)
        .iter()
        .chain(&asked.query)
        .filter(|(name, _)| *name != "oauth_signature")
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    all.sort();
    let base = format!("POST&{}&{}", encode(&format!("http://{host}{}", asked.path)), encode(&all.join("&")));
    let key = format!("{}&{}", encode("canary-secret &+"), encode(token_secret));
    STANDARD.encode(Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap().chain_update(base).finalize().into_bytes())
}

async fn provider() -> (StandIn, Bench) {
    let provider = StandIn::start(|asked, url| {
        let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let (secret, body) = match asked.path.as_str() {
            "/request" => ("", REQUEST),
            _ => ("canary-request", "oauth_token=t-1&oauth_token_secret=s-1&user_id=7"),
        };
        if header(asked)["oauth_signature"] == signature(asked, &host, secret) {
            reply(200, "text/html", body)
        } else {
            reply(401, "text/plain", "oauth_problem=signature_invalid")
        }
    })
    .await;
    let bench = of(&provider);
    (provider, bench)
}

fn of(provider: &StandIn) -> Bench {
    bench(
        &format!(
            "  mode: OAUTH1\n  request_url: {0}request\n  request_params: {{scope: 'read write'}}\n  authorization_url: \
             {0}authorize?perms=write\n  authorization_params: {{name: Acme, expiration: never}}\n  token_url: {0}access\n  \
             token_response_metadata: [user_id]",
            provider.url
        ),
        "",
    )
}

async fn finished(bench: &Bench, pairs: &[(&str, &str)]) -> Result<Grant, ModeError> {
    let (_, secret) = begun(bench).await.unwrap();
    complete(&bench.setting(), &secret, &back(pairs)).await
}

/// O8
#[tokio::test]
async fn the_three_legs_are_signed() {
    let (provider, bench) = provider().await;
    let asked = BTreeMap::from([
        ("expiration".to_owned(), None),
        ("extra".to_owned(), Some("1".to_owned())),
        ("oauth_token".to_owned(), Some("evil".to_owned())),
    ]);
    let ask = BeginAsk { state: "state-1", authorization_params: &asked, refresh_token: None };
    let (location, secret) = begin(&bench.setting(), &ask).await.unwrap();
    let query: Vec<(String, String)> = location.query_pairs().into_owned().collect();
    let expected = [("perms", "write"), ("name", "Acme"), ("extra", "1"), ("oauth_token", "request/token")];
    assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(!location.as_str().contains("canary"));

    let callback = back(&[("state", "state-1"), ("oauth_token", "request/token"), ("oauth_verifier", "v-1")]);
    let grant = complete(&bench.setting(), &secret, &callback).await.unwrap();
    assert!(
        matches!(&grant.credentials, Credentials::Oauth1(token) if (token.oauth_token.expose(), token.oauth_token_secret.expose()) == ("t-1", "s-1"))
    );
    assert_eq!(grant.connection_config, *json!({"user_id": "7"}).as_object().unwrap());
    let legs = provider.asked();
    assert_eq!(header(&legs[0])["oauth_callback"], "https://syncline.example/oauth/callback?state=state-1");
    assert_eq!((header(&legs[1])["oauth_verifier"].as_str(), header(&legs[1])["oauth_token"].as_str()), ("v-1", "request/token"));
    assert_ne!(header(&legs[0])["oauth_nonce"], header(&legs[1])["oauth_nonce"]);
}

/// O1: the answer to somebody else's authorization, a refusal, an answer without its proof. Nothing of the answer is shown.
#[tokio::test]
async fn only_the_answer_to_this_flow_is_taken() {
    let (provider, bench) = provider().await;
    for (pairs, expected) in [
        (&[("oauth_token", "canary-other"), ("oauth_verifier", "v")][..], "callback_err"),
        (&[("oauth_verifier", "v")], "callback_err"),
        (&[("oauth_token", "request/token")], "callback_err"),
        (&[("denied", "request/token")], "access_denied"),
        (&[("oauth_problem", "canary<script>")], "access_denied"),
    ] {
        let error = finished(&bench, pairs).await.unwrap_err();
        assert!(matches!(&error, ModeError::Refused { code, .. } if code == expected), "{pairs:?}: {error:?}");
        assert!(!format!("{error:?}").contains("canary"));
    }
    assert!(provider.asked().iter().all(|asked| asked.path == "/request"));
}

/// The first version of the protocol does not bind the callback (RFC 5849, 2.1).
#[tokio::test]
async fn a_callback_that_is_not_confirmed_ends_the_flow() {
    for body in ["oauth_token=a&oauth_token_secret=b", "oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=false"] {
        let provider = StandIn::always(200, "text/plain", body).await;
        let Err(ModeError::Refused { code, .. }) = begun(&of(&provider)).await.map(|_| ()) else { panic!("{body}") };
        assert_eq!(code, "callback_not_confirmed");
    }
}

#[tokio::test]
async fn an_integration_without_a_client_cannot_begin() {
    let (provider, mut bench) = provider().await;
    bench.settings.remove("client_secret");
    assert!(matches!(begun(&bench).await, Err(ModeError::Setup { problem }) if problem.contains("client_secret")));
    assert!(provider.asked().is_empty());
}

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};
use syncline_domain::{Secret, Timestamp};
use syncline_outbound::{BufferedResponse, EgressPolicy, HttpClient};
use syncline_providers::{BodyFormat, TokenAnswer, TokenAuth};
use url::Url;

use super::refusal::Cut;
use super::{Answer, Issued, TokenCall};
use crate::ModeError;
use crate::stand_in::{StandIn, client_of, reply};

const CANARY: &str = "canary-secret &+";

fn now() -> Timestamp {
    Timestamp::parse("2026-01-01T12:00:00Z").unwrap()
}

fn http() -> HttpClient {
    client_of(EgressPolicy { allow_private_network: true })
}

fn answered(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Result<Answer, ModeError> {
    let headers: HeaderMap = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect();
    let response = BufferedResponse {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: Bytes::copy_from_slice(body),
        attempts: 1,
        url: Url::parse("https://acme.example/token").unwrap(),
    };
    let mut secrets = Cut::default();
    secrets.add(CANARY);
    Answer::read(&response, "acme.example", &secrets, now())
}

fn token(body: &str, rule: &TokenAnswer) -> Result<Issued, ModeError> {
    answered(200, &[], body.as_bytes())?.token(rule, now())
}

/// Seconds from now; `None` if the token has no end.
fn life(body: &str, rule: &TokenAnswer) -> Option<i64> {
    let end = token(body, rule).unwrap().expires_at?;
    Some((end.unix_millis() - now().unix_millis()) / 1000)
}

fn rule(change: impl FnOnce(&mut TokenAnswer)) -> TokenAnswer {
    let mut rule = TokenAnswer::standard();
    change(&mut rule);
    rule
}

/// O3: form-encoded, JSON under any content type, with a byte order mark.
#[test]
fn a_token_is_found_in_json_and_in_a_form() {
    let standard = TokenAnswer::standard();
    for body in [
        r#"{"access_token":"t-1","refresh_token":"r-1","expires_in":3600}"#,
        "\u{feff} {\"access_token\":\"t-1\",\"refresh_token\":\"r-1\",\"expires_in\":3600}\n",
        "access_token=t-1&refresh_token=r-1&expires_in=3600",
        "access_token=t%2D1&scope=a+b&refresh_token=r-1&expires_in=3600\n",
    ] {
        let token = token(body, &standard).unwrap();
        assert_eq!((token.token.expose(), token.refresh_token.unwrap().expose()), ("t-1", "r-1"), "{body}");
        assert_eq!(token.expires_at, Some(now().plus(Duration::from_secs(3600))), "{body}");
    }
}

/// O3: nested; paths are tried in order, and lists are indexed.
#[test]
fn a_nested_token_is_found_by_the_entrys_paths() {
    let of_user = rule(|rule| rule.token = vec!["authed_user.access_token".to_owned(), "access_token".to_owned()]);
    let both = r#"{"ok":true,"access_token":"bot","authed_user":{"access_token":"user"}}"#;
    assert_eq!(token(both, &of_user).unwrap().token.expose(), "user");
    assert_eq!(token(r#"{"ok":true,"access_token":"bot","authed_user":{"id":"U1"}}"#, &of_user).unwrap().token.expose(), "bot");
    let listed = rule(|rule| rule.token = vec!["data.0.token".to_owned()]);
    assert_eq!(token(r#"{"data":[{"token":17}]}"#, &listed).unwrap().token.expose(), "17");
    assert_eq!(token(r#"{"data.0.token":"dotted"}"#, &listed).unwrap().token.expose(), "dotted");
}

/// O3: no expires_in; as a number, a float, a text, 0, negative, garbage; in milliseconds; expires_at; the entry's own word.
#[test]
fn an_end_is_read_however_it_is_written() {
    let standard = TokenAnswer::standard();
    let lives = [
        ("", None),
        (r#","expires_in":3600"#, Some(3600)),
        (r#","expires_in":3599.9"#, Some(3599)),
        (r#","expires_in":"7200""#, Some(7200)),
        (r#","expires_in":" 7200.5 ""#, Some(7200)),
        (r#","expires_in":0"#, Some(0)),
        (r#","expires_in":"0""#, Some(0)),
        (r#","expires_in":-1"#, None),
        (r#","expires_in":"-60""#, None),
        (r#","expires_in":"never""#, None),
        (r#","expires_in":"1e9""#, None),
        (r#","expires_in":null"#, None),
        (r#","expires_in":{"seconds":1}"#, None),
        (r#","expires_in":1e300"#, Some(100 * 365 * 86400)),
        (r#","expires_in":9223372036854775807"#, Some(100 * 365 * 86400)),
        (r#","expires_at":1767270600"#, Some(1800)),
        (r#","expires_at":"1767270600""#, Some(1800)),
        (r#","expires_at":1767270600000"#, Some(1800)),
        (r#","expires_at":"2026-01-01T12:30:00Z""#, Some(1800)),
        (r#","expires_at":"2026-01-01T13:30:00.000+0100""#, Some(1800)),
        (r#","expires_at":"2026-01-01 12:30:00""#, Some(1800)),
        (r#","expires_at":"2026-01-02""#, Some(12 * 3600)),
        (r#","expires_at":"Thu, 01 Jan 2026 12:30:00 GMT""#, Some(1800)),
        (r#","expires_at":0"#, None),
        (r#","expires_at":"tomorrow""#, None),
        (r#","expires_at":"9999999-01-01T00:00:00Z""#, None),
        (r#","expires_at":1e300"#, Some(100 * 365 * 86400)),
        (r#","expires_in":60,"expires_at":1767270600"#, Some(60)),
        (r#","expires_in":"soon","expires_at":1767270600"#, Some(1800)),
    ];
    for (fields, expected) in lives {
        assert_eq!(life(&format!(r#"{{"access_token":"t"{fields}}}"#), &standard), expected, "{fields}");
    }
    let millis = rule(|rule| rule.expires_in_unit_ms = 1);
    assert_eq!(life(r#"{"access_token":"t","expires_in":3600000}"#, &millis), Some(3600));
    let fixed = rule(|rule| rule.lifetime_s = Some(900));
    assert_eq!(life(r#"{"access_token":"t"}"#, &fixed), Some(900));
    assert_eq!(life(r#"{"access_token":"t","expires_in":-1}"#, &fixed), Some(900));
    assert_eq!(life(r#"{"access_token":"t","expires_in":60}"#, &fixed), Some(60));
}

/// O3: no expires_in, but a token that tells its end itself.
#[test]
fn the_end_of_a_jwt_counts_where_nothing_else_is_said() {
    let jwt = |claims: &Value| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let with = |token: &str, rest: &str| life(&format!(r#"{{"access_token":"{token}"{rest}}}"#), &TokenAnswer::standard());
    let ends = jwt(&json!({ "exp": 1_767_270_600 }));
    assert_eq!(with(&ends, ""), Some(1800));
    assert_eq!(with(&ends, r#","expires_in":60"#), Some(60));
    assert_eq!(with(&jwt(&json!({ "exp": "x" })), ""), None);
    assert_eq!(with(&jwt(&json!({})), ""), None);
    assert_eq!(with("a.b.c", ""), None);
    assert_eq!(with(&format!("{ends}.more"), ""), None);
}

/// O3: scopes between blanks, between commas, as a list; a bad id token; a token of 64 KB and a longer one; control characters.
#[test]
fn what_is_not_the_token_does_not_spoil_it() {
    let standard = TokenAnswer::standard();
    for rest in [
        r#""scope":"read write""#,
        r#""scope":"read,write""#,
        r#""scope":["read","write"]"#,
        r#""scope":null"#,
        r#""id_token":"not.a.jwt""#,
        r#""id_token":17"#,
        r#""error":null"#,
        r#""error":"""#,
        r#""error":false"#,
        r#""error":{"code":"ok"}"#,
        r#""error_code":0,"message":"success""#,
    ] {
        let token = token(&format!(r#"{{"access_token":"t",{rest}}}"#), &standard).unwrap_or_else(|error| panic!("{rest}: {error}"));
        let raw: Value = serde_json::from_str(token.raw.expose()).unwrap();
        assert_eq!(raw, serde_json::from_str::<Value>(&format!(r#"{{"access_token":"t",{rest}}}"#)).unwrap());
    }
    let long = |bytes: usize| token(&json!({ "access_token": "a".repeat(bytes) }).to_string(), &standard);
    assert_eq!(long(64 * 1024).unwrap().token.expose().len(), 64 * 1024);
    assert!(matches!(long(64 * 1024 + 1), Err(ModeError::Unavailable { code, .. }) if code == "invalid_token_answer"));
    let injected = token(r#"{"access_token":"t\r\nx-admin: 1"}"#, &standard);
    assert!(matches!(injected, Err(ModeError::Unavailable { code, .. }) if code == "invalid_token_answer"));
}

/// O3: no refresh token keeps the old one; a rotated one replaces it.
#[test]
fn a_refresh_token_stays_until_it_is_replaced() {
    let earlier = Secret::new("r-1");
    let next = |body: &str| token(body, &TokenAnswer::standard()).unwrap().into_oauth2(Some(&earlier), None).refresh_token.unwrap();
    assert_eq!(next(r#"{"access_token":"t"}"#).expose(), "r-1");
    assert_eq!(next(r#"{"access_token":"t","refresh_token":""}"#).expose(), "r-1");
    assert_eq!(next(r#"{"access_token":"t","refresh_token":null}"#).expose(), "r-1");
    assert_eq!(next(r#"{"access_token":"t","refresh_token":"r-2"}"#).expose(), "r-2");
}

/// O3: a 200 that is an error. O6: what is definitive and what is not.
#[test]
fn only_the_providers_own_word_is_a_refusal() {
    let refused = [
        (200, r#"{"error":"invalid_grant","error_description":"gone"}"#, "invalid_grant"),
        (200, r#"{"ok":false,"error":"invalid_code"}"#, "invalid_code"),
        (200, r#"{"success":false,"message":"no"}"#, "200"),
        (200, "error=bad_verification_code&error_description=The+code+is+wrong", "bad_verification_code"),
        (200, r#"{"error":{"type":"OAuthException","message":"no","code":190}}"#, "OAuthException"),
        (400, r#"{"error":"invalid_grant"}"#, "invalid_grant"),
        (401, r#"{"error":"invalid_client"}"#, "invalid_client"),
        (403, r#"{"error":"access_denied"}"#, "access_denied"),
        (422, r#"{"errors":[{"message":"the key is wrong"}]}"#, "422"),
        (401, "Unauthorized", "401"),
        (400, "", "400"),
        (401, r#"{"message":"bad key","code":"E17"}"#, "E17"),
    ];
    for (status, body, expected) in refused {
        match answered(status, &[], body.as_bytes()).err() {
            Some(ModeError::Refused { code, status: told, .. }) => assert_eq!((code.as_str(), told), (expected, Some(status)), "{body}"),
            other => panic!("{status} {body}: {other:?}"),
        }
    }
    let unavailable = [
        (500, r#"{"error":"invalid_grant"}"#),
        (503, "<html>down</html>"),
        (429, r#"{"error":"invalid_grant"}"#),
        (408, ""),
        (400, r#"{"error":"temporarily_unavailable"}"#),
        (200, r#"{"ok":false,"error":"ratelimited"}"#),
        (403, "<html>a gateway's page</html>"),
        (403, r#"{"message":"Forbidden"}"#),
        (404, "<html>not here</html>"),
        (302, ""),
        (200, "<html><a href=\"?a=b\">sign in</a></html>"),
        (200, ""),
        (200, "{\"access_token\":\"t"),
        (200, "[]"),
        (200, "\u{0}\u{1}"),
    ];
    for (status, body) in unavailable {
        let error = answered(status, &[], body.as_bytes()).err();
        assert!(matches!(error, Some(ModeError::Unavailable { .. })), "{status} {body}: {error:?}");
    }
    let empty = token("{}", &TokenAnswer::standard());
    assert!(matches!(&empty, Err(ModeError::Unavailable { message, .. }) if message.contains("`access_token`")), "{empty:?}");
    assert!(matches!(answered(200, &[], &[0xff, 0xfe, b'=']).err(), Some(ModeError::Unavailable { .. })));
}

/// O6: the provider's own wish is passed on.
#[test]
fn retry_after_is_read_in_seconds_and_as_a_date() {
    let after = |value: &str| match answered(503, &[("retry-after", value)], b"").err() {
        Some(ModeError::Unavailable { retry_after, .. }) => retry_after.map(|wait| wait.as_secs()),
        other => panic!("{other:?}"),
    };
    assert_eq!(after("120"), Some(120));
    assert_eq!(after("Thu, 01 Jan 2026 12:02:00 GMT"), Some(120));
    assert_eq!(after("Thu, 01 Jan 2015 12:02:00 GMT"), None);
    assert_eq!(after("1e9"), None);
}

/// S6: a provider that repeats what it was sent, whole, encoded or at the end of the shown part.
#[test]
fn an_error_does_not_repeat_what_was_sent() {
    let padding = "x".repeat(290);
    for echo in [CANARY, "canary-secret+%26%2B", &format!("{padding}{CANARY}")] {
        let body = json!({ "error": format!("bad {echo}"), "error_description": format!("you sent {echo}\u{1b}[31m\r\n") }).to_string();
        for status in [200, 400, 503] {
            let error = answered(status, &[], body.as_bytes()).err().unwrap();
            let text = format!("{error} {error:?}");
            assert!(!text.contains("canary") && !text.contains('\u{1b}'), "{text}");
            assert!(error.to_string().len() < 800, "{error}");
        }
    }
}

/// O3: how a request is written; RFC 6749, 2.3.1, for Basic.
#[tokio::test]
async fn a_request_is_written_as_the_entry_says() {
    let provider = StandIn::always(200, "text/plain", r#"{"access_token":"t"}"#).await;
    let send = async |call: TokenCall| call.send(&http(), now()).await.map(drop).unwrap();
    let url = || provider.at("/token?keep=1");

    send(TokenCall::post(url(), BodyFormat::Form).authenticate(TokenAuth::Body, "id", Some(CANARY)).secret_field("code", "c&d")).await;
    send(TokenCall::post(url(), BodyFormat::Json).authenticate(TokenAuth::Basic, "i:d", Some(CANARY)).secret_field("code", "c&d")).await;
    send(TokenCall::post(url(), BodyFormat::Query).authenticate(TokenAuth::Basic, "id", None).secret_field("code", "c&d")).await;
    send(TokenCall::new(Method::GET, url(), BodyFormat::Json).field("code", "c&d").header("x-own", "1").unwrap()).await;
    send(TokenCall::post(url(), BodyFormat::Form).json(json!({ "a": { "b": 1 } })).header("accept", "text/json").unwrap()).await;

    let asked = provider.asked();
    let [form, in_json, query, get, nested] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(form.headers["accept"], "application/json");
    assert_eq!(form.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(form.body, "client_id=id&client_secret=canary-secret+%26%2B&code=c%26d");
    assert_eq!((form.query["keep"].as_str(), &form.method), ("1", &Method::POST));
    assert_eq!(in_json.json(), json!({ "code": "c&d" }));
    let pair = STANDARD.encode("i%3Ad:canary-secret+%26%2B");
    assert_eq!(in_json.headers["authorization"], format!("Basic {pair}"));
    assert_eq!((query.query["code"].as_str(), query.query["client_id"].as_str(), query.body.len()), ("c&d", "id", 0));
    assert_eq!((&get.method, get.query["code"].as_str(), get.body.len()), (&Method::GET, "c&d", 0));
    assert_eq!(get.headers["x-own"], "1");
    assert_eq!((nested.json(), nested.headers["accept"].to_str().unwrap()), (json!({ "a": { "b": 1 } }), "text/json"));
    assert!(TokenCall::post(url(), BodyFormat::Form).header("x-own", "a\r\nb: c").is_err());
}

/// P3: a code and a secret are for one host; elsewhere they are not sent, whatever the status of the redirect.
#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let elsewhere = StandIn::always(200, "application/json", r#"{"access_token":"t"}"#).await;
    let target = format!("http://localhost:{}/token", elsewhere.url.port().unwrap());
    for status in [301, 302, 307, 308] {
        let target = target.clone();
        let provider = StandIn::start(move |_, _| {
            let mut response = reply(status, "text/plain", "");
            response.headers_mut().insert("location", target.parse().unwrap());
            response
        })
        .await;
        let call = TokenCall::post(provider.at("/token"), BodyFormat::Form).secret_field("code", "canary-code");
        let error = call.send(&http(), now()).await.err().unwrap();
        assert!(matches!(&error, ModeError::Setup { problem } if problem.contains("`localhost`")), "{error:?}");
    }
    assert!(elsewhere.asked().is_empty());
}

/// O6: nobody there, an answer without an end, and a host that the policy forbids.
#[tokio::test]
async fn no_answer_is_no_refusal() {
    let closed = TokenCall::post(Url::parse("http://127.0.0.1:1/token").unwrap(), BodyFormat::Form);
    assert!(matches!(closed.send(&http(), now()).await.err(), Some(ModeError::Setup { .. })), "port 1 is never dialled");
    let gone = { StandIn::always(200, "text/plain", "").await.at("/token") };
    let refused = TokenCall::post(gone, BodyFormat::Form).secret_field("code", "canary-code").send(&http(), now()).await.err();
    assert!(matches!(&refused, Some(ModeError::Unavailable { code, .. }) if code.starts_with("ECONN")), "{refused:?}");
    let large = StandIn::always(200, "application/json", "x".repeat(1024 * 1024 + 1)).await;
    let error = TokenCall::post(large.at("/token"), BodyFormat::Form).send(&http(), now()).await.err();
    assert!(matches!(&error, Some(ModeError::Unavailable { code, .. }) if code == "response_too_large"), "{error:?}");
    let guarded = client_of(EgressPolicy { allow_private_network: false });
    let denied = TokenCall::post(large.at("/token"), BodyFormat::Form).send(&guarded, now()).await.err();
    assert!(matches!(denied, Some(ModeError::Setup { .. })), "{denied:?}");
    assert_eq!(large.asked().len(), 1);
}

proptest! {
    /// O3: whatever comes is parsed or refused, and no end is beyond what can be written.
    #[test]
    fn no_answer_breaks_the_reader(body in any::<Vec<u8>>(), at in "\\PC{0,40}", life in any::<f64>(), status in 200_u16..600) {
        let _ = answered(status, &[("retry-after", &at.replace(|c: char| !c.is_ascii_graphic(), ""))], &body);
        let _ = answered(status, &[], at.as_bytes());
        let rule = TokenAnswer::standard();
        let end = token(&json!({ "access_token": "a.b.c", "expires_in": life, "expires_at": at }).to_string(), &rule).unwrap().expires_at;
        if let Some(end) = end {
            prop_assert_eq!(Timestamp::parse(&end.to_millis_z()).unwrap().unix_millis(), end.unix_millis());
        }
    }
}

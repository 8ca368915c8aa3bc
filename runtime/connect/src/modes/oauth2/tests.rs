use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use syncline_domain::{Credentials, Oauth2, Secret};
use syncline_outbound::EgressPolicy;
use syncline_providers::{Auth, BodyFormat, OAuth2, Template, Templates, TokenAnswer, TokenAuth};
use url::Url;

use super::{begin, can_renew, complete, renew};
use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::stand_in::{Bench, StandIn, client_of, json};
use crate::{Grant, ModeError};

const STATE: &str = "state-1";

fn template(text: &str) -> Template {
    Template::parse(text).unwrap()
}

fn templates<const N: usize>(pairs: [(&str, &str); N]) -> Templates {
    pairs.into_iter().map(|(name, text)| (name.to_owned(), template(text))).collect()
}

fn config(value: Value) -> Map<String, Value> {
    let Value::Object(config) = value else { panic!("{value}") };
    config
}

fn entry(base: &Url) -> OAuth2 {
    OAuth2 {
        authorization_url: template("https://acme.example/authorize?audience=api"),
        authorization_params: Templates::new(),
        parameter_names: indexmap::IndexMap::new(),
        token_parameter_names: indexmap::IndexMap::new(),
        issuer: None,
        token_url: template(base.join("token").unwrap().as_str()),
        token_params: Templates::new(),
        token_headers: Templates::new(),
        token_method: "POST".to_owned(),
        refresh_url: None,
        refresh_params: Templates::new(),
        token_auth: TokenAuth::Body,
        body_format: BodyFormat::Form,
        scope_separator: " ".to_owned(),
        default_scopes: vec!["read".to_owned(), "openid".to_owned()],
        pkce: true,
        token_answer: TokenAnswer::standard(),
        token_response_metadata: Vec::new(),
        code_param: "code".to_owned(),
        callback_metadata: Vec::new(),
    }
}

fn nowhere() -> OAuth2 {
    entry(&Url::parse("https://acme.example/").unwrap())
}

/// An integration of this entry.
fn bench(oauth: &OAuth2) -> Bench {
    Bench::new(Auth::OAuth2(Box::new(oauth.clone())))
}

fn begun_with(bench: &Bench, oauth: &OAuth2, asked: &[(&str, Option<&str>)]) -> Result<(Url, FlowSecret), ModeError> {
    let authorization_params = asked.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect();
    begin(&bench.setting(), oauth, &BeginAsk { state: STATE, authorization_params: &authorization_params, refresh_token: None })
}

fn begun(bench: &Bench, oauth: &OAuth2) -> (BTreeMap<String, String>, FlowSecret) {
    let (url, secret) = begun_with(bench, oauth, &[]).unwrap();
    (url.query_pairs().into_owned().collect(), secret)
}

fn back(pairs: &[(&str, &str)]) -> CallbackParams {
    CallbackParams(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn held(refresh_token: Option<&str>) -> Oauth2 {
    Oauth2 {
        access_token: Secret::new("canary-access"),
        refresh_token: refresh_token.map(Secret::new),
        expires_at: None,
        raw: None,
        config_override: None,
    }
}

fn token(grant: &Grant) -> &Oauth2 {
    let Credentials::Oauth2(token) = &grant.credentials else { panic!("{grant:?}") };
    token
}

fn refused(result: Result<Grant, ModeError>) -> (String, String) {
    match result {
        Err(ModeError::Refused { code, message, .. }) => (code, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_authorization_url_says_what_the_rfc_and_the_entry_ask_for() {
    let mut oauth = nowhere();
    oauth.authorization_params =
        templates([("prompt", "consent"), ("team", "${connectionConfig.team}"), ("gone", "${connectionConfig.x}")]);
    oauth.parameter_names = [("client_id".to_owned(), "client_key".to_owned())].into_iter().collect();
    let mut bench = bench(&oauth);
    bench.connection_config = config(json!({ "team": "red & blue" }));
    let (url, _) = begun_with(&bench, &oauth, &[("login_hint", Some("a+b@acme.example"))]).unwrap();
    assert_eq!((url.host_str(), url.path()), (Some("acme.example"), "/authorize"));
    assert!(url.as_str().contains("scope=read%20openid") && url.as_str().contains("login_hint=a%2Bb%40acme.example"), "{url}");
    let mut query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let challenge = query.remove("code_challenge").unwrap();
    assert_eq!(challenge.len(), 43);
    let expected = [
        ("audience", "api"),
        ("client_key", "client:1"),
        ("code_challenge_method", "S256"),
        ("login_hint", "a+b@acme.example"),
        ("prompt", "consent"),
        ("redirect_uri", "https://syncline.example/oauth/callback"),
        ("response_type", "code"),
        ("scope", "read openid"),
        ("state", STATE),
        ("team", "red & blue"),
    ];
    assert_eq!(query, expected.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
}

/// O4: a person who names the provider's host names a host, and no script.
#[test]
fn the_browser_is_sent_to_web_pages_only() {
    let mut oauth = nowhere();
    oauth.authorization_url = template("${connectionConfig.site}/authorize");
    let mut bench = bench(&oauth);
    bench.http = client_of(EgressPolicy { allow_private_network: false });
    for bad in ["javascript:alert(1)//", "http://acme.example", "data:text/html,x", "ftp://acme.example", "//acme.example"] {
        bench.connection_config = config(json!({ "site": bad }));
        let result = begun_with(&bench, &oauth, &[]).map(|(url, _)| url);
        assert!(matches!(&result, Err(ModeError::Input { .. })), "{bad}: {result:?}");
    }
    bench.connection_config = config(json!({ "site": "https://acme.example" }));
    assert_eq!(begun_with(&bench, &oauth, &[]).unwrap().0.path(), "/authorize");
}

/// Wire contract 1.14: `undefined` removes a default.
#[test]
fn a_caller_overrides_and_removes_parameters() {
    let mut oauth = nowhere();
    oauth.authorization_params = templates([("prompt", "consent"), ("access_type", "offline")]);
    let (url, _) = begun_with(&bench(&oauth), &oauth, &[("prompt", Some("none")), ("access_type", None)]).unwrap();
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!((query.get("prompt").map(String::as_str), query.get("access_type")), (Some("none"), None));
}

#[test]
fn scopes_come_from_the_nearest_who_names_any() {
    let mut oauth = nowhere();
    let mut bench = bench(&oauth);
    assert_eq!(begun(&bench, &oauth).0["scope"], "read openid");
    bench.scopes = Some("write, admin:org delete".to_owned());
    assert_eq!(begun(&bench, &oauth).0["scope"], "write admin:org delete");
    bench.connection_config = config(json!({ "oauth_scopes_override": "own,two" }));
    oauth.scope_separator = ",".to_owned();
    assert_eq!(begun(&bench, &oauth).0["scope"], "own,two");
    bench.connection_config = config(json!({ "oauth_scopes_override": ["own", "three"] }));
    assert_eq!(begun(&bench, &oauth).0["scope"], "own,three");
    bench.connection_config = config(json!({ "oauth_scopes_override": "" }));
    bench.scopes = Some(" , ".to_owned());
    oauth.default_scopes.clear();
    assert_eq!(begun(&bench, &oauth).0.get("scope"), None);
}

/// O2: PKCE downgrade, plain, verifier length; O4: the redirect URI is ours and exact.
#[test]
fn nobody_but_the_server_sets_what_binds_the_answer() {
    let oauth = nowhere();
    for name in ["state", "redirect_uri", "code_challenge", "code_challenge_method", "client_id", "response_type"] {
        for value in [Some("plain"), None] {
            let result = begun_with(&bench(&oauth), &oauth, &[(name, value)]).map(|(url, _)| url);
            assert!(matches!(&result, Err(ModeError::Input { field, .. }) if field.contains(name)), "{name}: {result:?}");
        }
    }
    let mut careless = nowhere();
    careless.authorization_params = templates([("code_challenge_method", "plain"), ("state", "fixed")]);
    let (query, FlowSecret(secret)) = begun(&bench(&careless), &careless);
    let verifier = secret["verifier"].as_str().unwrap();
    assert!((43..=128).contains(&verifier.len()), "{verifier}");
    assert_eq!(query["code_challenge"], URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
    assert_eq!((query["code_challenge_method"].as_str(), query["state"].as_str()), ("S256", STATE));
    let (_, FlowSecret(another)) = begun(&bench(&careless), &careless);
    assert_ne!(another["verifier"], secret["verifier"]);
}

#[test]
fn an_integration_without_a_client_is_the_operators_to_mend() {
    let mut oauth = nowhere();
    let mut bench = bench(&oauth);
    bench.settings = config(json!({ "client_id": "public" }));
    assert!(begun_with(&bench, &oauth, &[]).is_ok(), "a public client proves itself by PKCE");
    oauth.pkce = false;
    assert!(matches!(begun_with(&bench, &oauth, &[]), Err(ModeError::Setup { problem }) if problem.contains("`client_secret`")));
    bench.settings.clear();
    assert!(matches!(begun_with(&bench, &oauth, &[]), Err(ModeError::Setup { problem }) if problem.contains("`client_id`")));
}

/// O4: the token request repeats the redirect URI byte by byte, whatever the server's address has become since.
#[tokio::test]
async fn a_code_is_exchanged_with_verifier_and_the_same_redirect_uri() {
    let provider = StandIn::start(|_, _| {
        let answer =
            json!({ "access_token": "t-1", "refresh_token": "r-1", "expires_in": "3600", "account": 17, "more": { "region": "eu" } });
        json(200, &answer)
    })
    .await;
    let mut oauth = entry(&provider.url);
    oauth.token_headers = templates([("x-client", "${clientId}")]);
    let told = ("context", "${connectionConfig.realm}");
    oauth.token_params = templates([("audience", "${connectionConfig.team}"), ("gone", "${connectionConfig.x}"), told]);
    oauth.token_response_metadata = vec!["account".to_owned(), "more.region".to_owned(), "absent".to_owned()];
    oauth.callback_metadata = vec!["realm".to_owned()];
    let mut bench = bench(&oauth);
    bench.connection_config = config(json!({ "team": "red" }));
    let (query, secret) = begun(&bench, &oauth);
    bench.callback_url = Url::parse("https://moved.example/oauth/callback").unwrap();
    let callback = back(&[("code", "c/1"), ("state", STATE), ("realm", "r9")]);
    let grant = complete(&bench.setting(), &oauth, &secret, &callback).await.unwrap();

    let asked = provider.asked();
    let form = asked[0].form();
    assert_eq!(asked[0].headers["x-client"], "client:1");
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])), query["code_challenge"]);
    let rest: BTreeMap<_, _> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).filter(|(n, _)| *n != "code_verifier").collect();
    let expected = [
        ("audience", "red"),
        ("client_id", "client:1"),
        ("client_secret", "canary-secret &+"),
        ("code", "c/1"),
        ("context", "r9"),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "https://syncline.example/oauth/callback"),
    ];
    assert_eq!(rest, expected.into_iter().collect());
    let stored = token(&grant);
    assert_eq!((stored.access_token.expose(), stored.refresh_token.as_ref().unwrap().expose()), ("t-1", "r-1"));
    assert_eq!(stored.expires_at.unwrap().to_millis_z(), "2026-01-01T13:00:00.000Z");
    assert!(stored.raw.as_ref().unwrap().expose().contains("\"region\":\"eu\""));
    assert_eq!(Value::Object(grant.connection_config), json!({ "account": "17", "more.region": "eu", "realm": "r9" }));
}

#[tokio::test]
async fn a_token_request_is_in_the_providers_own_words() {
    let provider = StandIn::always(200, "application/json", r#"{"access_token":"t-1"}"#).await;
    let mut oauth = entry(&provider.url);
    oauth.pkce = false;
    let names = [("client_id", "app_id"), ("client_secret", "secret"), ("code", "auth_code")];
    oauth.token_parameter_names = names.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned())).into_iter().collect();
    oauth.token_params = templates([("redirect_uri", "registered-name")]);
    let bench = bench(&oauth);
    let (_, secret) = begun(&bench, &oauth);
    complete(&bench.setting(), &oauth, &secret, &back(&[("code", "c-1")])).await.unwrap();
    let form = provider.asked()[0].form();
    let sent: BTreeMap<_, _> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected = [
        ("app_id", "client:1"),
        ("auth_code", "c-1"),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "registered-name"),
        ("secret", "canary-secret &+"),
    ];
    assert_eq!(sent, expected.into_iter().collect());
}

#[tokio::test]
async fn another_name_for_the_code_and_json_with_basic() {
    let provider = StandIn::always(200, "text/html", r#"{"access_token":"t-1"}"#).await;
    let mut oauth = entry(&provider.url);
    (oauth.code_param, oauth.token_auth, oauth.body_format, oauth.pkce) =
        ("auth_code".to_owned(), TokenAuth::Basic, BodyFormat::Json, false);
    let bench = bench(&oauth);
    let (query, secret) = begun(&bench, &oauth);
    assert_eq!(query.get("code_challenge"), None);
    complete(&bench.setting(), &oauth, &secret, &back(&[("auth_code", "c-1")])).await.unwrap();
    let asked = provider.asked();
    let redirect_uri = "https://syncline.example/oauth/callback";
    assert_eq!(asked[0].json(), json!({ "grant_type": "authorization_code", "code": "c-1", "redirect_uri": redirect_uri }));
    assert!(asked[0].headers["authorization"].to_str().unwrap().starts_with("Basic "));
}

/// O1: iss wrong, absent, in another normal form; an error response with a wrong iss. Nothing is sent, nothing is repeated.
#[tokio::test]
async fn an_answer_of_another_issuer_is_refused() {
    let provider = StandIn::always(200, "application/json", r#"{"access_token":"t-1"}"#).await;
    let mut oauth = entry(&provider.url);
    oauth.issuer = Some(template("https://${connectionConfig.tenant}.acme.example"));
    let mut bench = bench(&oauth);
    bench.connection_config = config(json!({ "tenant": "red" }));
    let wrong = ["https://evil.example", "https://red.acme.example/", "https://RED.acme.example", "https://red.acme.example:443", ""];
    for iss in wrong.into_iter().map(Some).chain([None]) {
        for rest in [[("code", "c-1"), ("x", "")], [("error", "access_denied"), ("error_description", "call +1 555 now")]] {
            let (_, secret) = begun(&bench, &oauth);
            let params: Vec<_> = rest.into_iter().chain(iss.map(|iss| ("iss", iss))).collect();
            let (code, message) = refused(complete(&bench.setting(), &oauth, &secret, &back(&params)).await);
            assert_eq!(code, "callback_err", "{iss:?}");
            assert!(message.starts_with("the answer is not from the authorization server that was asked"), "{message}");
            assert!(!message.contains("555") && !message.contains("evil") && !message.contains("denied"), "{message}");
        }
    }
    assert!(provider.asked().is_empty());
    let (_, secret) = begun(&bench, &oauth);
    let right = back(&[("code", "c-1"), ("iss", "https://red.acme.example")]);
    assert!(complete(&bench.setting(), &oauth, &secret, &right).await.is_ok());
}

/// O1 and O5: the provider's no is passed on, on one line and of a bounded length.
#[tokio::test]
async fn a_refusal_in_the_callback_says_what_the_provider_said() {
    let oauth = nowhere();
    let bench = bench(&oauth);
    let (_, secret) = begun(&bench, &oauth);
    let long = "y".repeat(5000);
    let callback = back(&[("error", "access_denied"), ("error_description", "not\r\ntoday"), ("error_reason", &long), ("code", "c-1")]);
    let (code, message) = refused(complete(&bench.setting(), &oauth, &secret, &callback).await);
    assert_eq!(code, "callback_err");
    assert!(message.starts_with("the provider refused: access_denied: not  today: yyy") && message.len() < 500, "{message}");
    let (code, message) = refused(complete(&bench.setting(), &oauth, &secret, &back(&[("state", STATE)])).await);
    assert!(code == "callback_err" && message.contains("has no `code`"), "{message}");
    let (code, _) = refused(complete(&bench.setting(), &oauth, &FlowSecret(json!({ "v": 0 })), &callback).await);
    assert_eq!(code, "state_err");
}

/// O2: a replayed code is the provider's to refuse; what was sent is not in the error.
#[tokio::test]
async fn a_spent_code_is_refused_without_repeating_it() {
    let echo = r#"{"error":"invalid_grant","error_description":"canary-code of canary-secret+%26%2B is spent"}"#;
    let provider = StandIn::always(400, "application/json", echo).await;
    let oauth = entry(&provider.url);
    let bench = bench(&oauth);
    let (_, secret) = begun(&bench, &oauth);
    let (code, message) = refused(complete(&bench.setting(), &oauth, &secret, &back(&[("code", "canary-code")])).await);
    assert_eq!(code, "invalid_grant");
    assert!(message.contains("is spent") && !message.contains("canary"), "{message}");
}

/// A provider, or whoever writes the callback's query, cannot move the connection to another host.
#[tokio::test]
async fn told_values_obey_the_entrys_rules() {
    let text = "key: acme\ndisplay_name: Acme\ncategories: [other]\ndocs: https://acme.example\nsources: [https://acme.example]\n\
                auth:\n  mode: NONE\nproxy:\n  base_url: https://api.acme.example\nconnection_config:\n  instance_url:\n    \
                title: Instance\n    description: Where\n    automated: true\n    pattern: 'https://[a-z]+\\.acme\\.example'\n";
    let fields = syncline_providers::parse_entry(std::path::Path::new("acme.yaml"), text).unwrap().connection_config;
    let provider = StandIn::start(|asked, _| {
        let form = asked.form();
        let instance = form.get("code").or_else(|| form.get("refresh_token")).unwrap();
        json(200, &json!({ "access_token": "t-2", "refresh_token": "https://r.acme.example", "instance_url": instance }))
    })
    .await;
    let mut oauth = entry(&provider.url);
    oauth.token_response_metadata = vec!["instance_url".to_owned()];
    let mut bench = bench(&oauth);
    std::sync::Arc::make_mut(&mut bench.entry).connection_config = fields;
    for evil in ["https://evil.example", "https://red.acme.example.evil.example", "https://red.acme.example@evil.example"] {
        let (_, secret) = begun(&bench, &oauth);
        let (code, message) = refused(complete(&bench.setting(), &oauth, &secret, &back(&[("code", evil)])).await);
        assert_eq!(code, "invalid_token_metadata");
        assert!(!message.contains("evil"), "{message}");
        let renewed = renew(&bench.setting(), &oauth, &held(Some(evil))).await.unwrap();
        assert_eq!(token(&renewed).access_token.expose(), "t-2", "a rotated token is not lost over it");
        assert!(renewed.connection_config.is_empty());
    }
    let good = renew(&bench.setting(), &oauth, &held(Some("https://red.acme.example"))).await.unwrap();
    assert_eq!(good.connection_config["instance_url"], "https://red.acme.example");
}

/// O3: no refresh token in the answer, or a rotated one.
#[tokio::test]
async fn a_token_is_renewed_where_the_entry_says() {
    let provider = StandIn::start(|asked, _| {
        let rotated = (asked.form()["refresh_token"] == "r-1").then_some("r-2");
        json(200, &json!({ "access_token": "t-2", "expires_in": 60, "refresh_token": rotated }))
    })
    .await;
    let mut oauth = entry(&provider.url);
    oauth.refresh_url = Some(template(provider.at("refresh").as_str()));
    oauth.refresh_params = templates([("audience", "api")]);
    let mut bench = bench(&oauth);
    bench.own = Some(config(json!({ "client_id": "own" })));
    let mut current = held(Some("r-1"));
    current.config_override = Some(Secret::new(r#"{"client_id":"own"}"#));
    let next = renew(&bench.setting(), &oauth, &current).await.unwrap();
    assert_eq!(token(&next).refresh_token.as_ref().unwrap().expose(), "r-2");
    let last = renew(&bench.setting(), &oauth, token(&next)).await.unwrap();
    assert_eq!(token(&last).refresh_token.as_ref().unwrap().expose(), "r-2");
    assert_eq!(token(&last).config_override.as_ref().unwrap().expose(), r#"{"client_id":"own"}"#);
    let asked = provider.asked();
    let expected = [("audience", "api"), ("client_id", "own"), ("grant_type", "refresh_token"), ("refresh_token", "r-1")];
    assert_eq!(asked[0].path, "/refresh");
    assert_eq!(asked[0].form(), expected.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
}

/// Providers of long-lived tokens exchange the token itself.
#[tokio::test]
async fn an_access_token_can_be_what_buys_the_next() {
    let provider = StandIn::always(200, "application/json", r#"{"access_token":"t-2"}"#).await;
    let mut oauth = entry(&provider.url);
    assert!(!can_renew(&oauth, &held(None)) && can_renew(&oauth, &held(Some("r-1"))));
    let bench = bench(&oauth);
    let (code, _) = refused(renew(&bench.setting(), &oauth, &held(None)).await);
    assert_eq!(code, "missing_refresh_token");
    oauth.refresh_params = templates([("grant_type", "exchange_token"), ("token", "${accessToken}")]);
    assert!(can_renew(&oauth, &held(None)));
    let next = renew(&bench.setting(), &oauth, &held(None)).await.unwrap();
    assert_eq!(token(&next).access_token.expose(), "t-2");
    let form = provider.asked()[0].form();
    assert_eq!((form["grant_type"].as_str(), form["token"].as_str(), form.get("refresh_token")), ("exchange_token", "canary-access", None));
}

/// Wire contract 1.14: `credentials[oauth_refresh_token_override]`.
#[tokio::test]
async fn a_refresh_token_stands_in_for_the_code() {
    let provider = StandIn::always(200, "application/json", r#"{"access_token":"t-1"}"#).await;
    let oauth = entry(&provider.url);
    let mut bench = bench(&oauth);
    bench.own = Some(config(json!({ "client_id": "own", "client_secret": "own-secret" })));
    let ask = BeginAsk { state: STATE, authorization_params: &BTreeMap::new(), refresh_token: Some("r-0") };
    let (url, secret) = begin(&bench.setting(), &oauth, &ask).unwrap();
    assert_eq!(url.as_str(), "https://syncline.example/oauth/callback?state=state-1");
    let grant = complete(&bench.setting(), &oauth, &secret, &back(&[("state", STATE)])).await.unwrap();
    assert_eq!(token(&grant).refresh_token.as_ref().unwrap().expose(), "r-0");
    let own: Value = serde_json::from_str(token(&grant).config_override.as_ref().unwrap().expose()).unwrap();
    assert_eq!(own, json!({ "client_id": "own", "client_secret": "own-secret" }));
    let form = provider.asked()[0].form();
    assert_eq!((form["grant_type"].as_str(), form["client_secret"].as_str()), ("refresh_token", "own-secret"));
}

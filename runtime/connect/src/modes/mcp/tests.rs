use std::collections::BTreeMap;

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use syncline_domain::{Credentials, Oauth2, Secret};
use syncline_outbound::EgressPolicy;
use syncline_providers::{Auth, ClientRegistration, Mcp, Template};
use url::Url;

use super::{begin, complete, renew};
use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::stand_in::{Asked, Bench, StandIn, client_of, json as answer_json, reply};
use crate::{Grant, ModeError};

const RESOURCE: &str = "/.well-known/oauth-protected-resource/mcp";
const SERVER: &str = "/.well-known/oauth-authorization-server/tenant";

/// An MCP server and its authorization server in one. `change` may put any answer in place of the good one.
async fn stand_in(change: impl Fn(&Asked, &Url, Option<Value>) -> Option<Value> + Send + Sync + 'static) -> StandIn {
    StandIn::start(move |asked, base| {
        let good = good(asked, base);
        match (asked.path.as_str(), change(asked, base, good)) {
            ("/mcp", None) => challenge(base),
            (_, Some(Value::String(page))) => reply(200, "text/html", page),
            (_, Some(refusal)) if refusal.get("error").is_some() => answer_json(400, &refusal),
            (_, Some(document)) => answer_json(200, &document),
            (_, None) => reply(404, "text/plain", "not here"),
        }
    })
    .await
}

fn good(asked: &Asked, base: &Url) -> Option<Value> {
    let at = |path: &str| base.join(path).unwrap().to_string();
    match asked.path.as_str() {
        RESOURCE => Some(json!({
            "resource": at("mcp"), "authorization_servers": [at("tenant")], "scopes_supported": ["mcp:read", "mcp:write"],
        })),
        SERVER => Some(json!({
            "issuer": at("tenant"), "authorization_endpoint": at("authorize?tenant=1"), "token_endpoint": at("token"),
            "registration_endpoint": at("register"), "code_challenge_methods_supported": ["plain", "S256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_post"],
        })),
        "/register" => Some(json!({ "client_id": "registered", "redirect_uris": asked.json()["redirect_uris"] })),
        "/token" => Some(json!({ "access_token": "t-1", "refresh_token": "r-1", "expires_in": 60 })),
        _ => None,
    }
}

fn challenge(base: &Url) -> Response {
    let mut response = reply(401, "application/json", "{}");
    let place = base.join(RESOURCE).unwrap();
    response.headers_mut().insert("www-authenticate", format!("Bearer resource_metadata=\"{place}\"").parse().unwrap());
    response
}

async fn honest() -> StandIn {
    stand_in(|_, _, good| good).await
}

/// Everything as it should be but for one document.
async fn with(path: &'static str, change: impl Fn(&mut Value, &Url) + Send + Sync + 'static) -> StandIn {
    stand_in(move |asked, base, good| {
        let mut document = good?;
        if asked.path == path {
            change(&mut document, base);
        }
        Some(document)
    })
    .await
}

/// The generic provider with a server that the user names.
fn generic(provider: &StandIn) -> (Mcp, Bench) {
    let mcp = Mcp {
        server_url: Template::parse("${connectionConfig.mcp_server_url}").unwrap(),
        is_generic: true,
        registration: ClientRegistration::Automatic,
        default_scopes: Vec::new(),
    };
    let mut bench = Bench::new(Auth::Mcp(Box::new(mcp.clone())));
    bench.connection_config = object(json!({ "mcp_server_url": provider.at("mcp").as_str() }));
    (mcp, bench)
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(fields) = value else { panic!("{value}") };
    fields
}

async fn begun_at(bench: &Bench, mcp: &Mcp) -> Result<(Url, FlowSecret), ModeError> {
    begin(&bench.setting(), mcp, &BeginAsk { state: "state-1", authorization_params: &BTreeMap::new(), refresh_token: None }).await
}

async fn begun(bench: &Bench, mcp: &Mcp) -> (BTreeMap<String, String>, FlowSecret) {
    let (url, secret) = begun_at(bench, mcp).await.unwrap_or_else(|error| panic!("{error:?}"));
    (url.query_pairs().into_owned().collect(), secret)
}

/// What a server with one wrong document is told apart by.
async fn problem(provider: &StandIn) -> String {
    let (mcp, bench) = generic(provider);
    let error = begun_at(&bench, &mcp).await.map(|(url, _)| url).unwrap_err();
    assert!(!provider.asked().iter().any(|asked| asked.path == "/register"), "nobody registers with a server that is refused");
    match error {
        ModeError::Refused { code, message, .. } if code == "invalid_server_metadata" => message,
        other => panic!("{other:?}"),
    }
}

async fn finish(bench: &Bench, mcp: &Mcp, secret: &FlowSecret, pairs: &[(&str, &str)]) -> Result<Grant, ModeError> {
    let callback = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    complete(&bench.setting(), mcp, secret, &CallbackParams(callback)).await
}

fn token(grant: &Grant) -> &Oauth2 {
    let Credentials::Oauth2(token) = &grant.credentials else { panic!("{grant:?}") };
    token
}

/// What the store and the refresh make of a grant: its config is laid over the connection's, its client becomes the connection's own.
fn stored(bench: &mut Bench, grant: &Grant) {
    bench.connection_config.extend(grant.connection_config.clone());
    let own = token(grant).config_override.as_ref().unwrap();
    bench.own = Some(serde_json::from_str(own.expose()).unwrap());
}

/// The whole way: challenge, both documents, registration, S256, `resource` in all three requests.
#[tokio::test]
async fn a_server_that_nobody_knew_is_connected_and_renewed() {
    let provider = honest().await;
    let (mcp, mut bench) = generic(&provider);
    let resource = provider.at("mcp").to_string();
    let (query, secret) = begun(&bench, &mcp).await;
    assert_eq!((query["client_id"].as_str(), query["resource"].as_str(), query["tenant"].as_str()), ("registered", &*resource, "1"));
    assert_eq!((query["scope"].as_str(), query["code_challenge_method"].as_str()), ("mcp:read mcp:write", "S256"));
    let grant = finish(&bench, &mcp, &secret, &[("code", "c-1")]).await.unwrap();
    let expected = json!({
        "server_url": resource, "issuer": provider.at("tenant").as_str(),
        "token_endpoint": provider.at("token").as_str(),
    });
    assert_eq!(Value::Object(grant.connection_config.clone()), expected);
    stored(&mut bench, &grant);
    let renewed = renew(&bench.setting(), &mcp, token(&grant)).await.unwrap();
    assert_eq!(token(&renewed).config_override, token(&grant).config_override);

    let asked = provider.asked();
    let paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
    assert_eq!(paths, ["/mcp", RESOURCE, SERVER, "/register", "/token", "/token"]);
    assert_eq!(asked[3].json()["redirect_uris"], json!(["https://syncline.example/oauth/callback"]));
    assert_eq!(asked[3].json()["token_endpoint_auth_method"], "none");
    let (exchange, refresh) = (asked[4].form(), asked[5].form());
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&exchange["code_verifier"])), query["code_challenge"]);
    for form in [&exchange, &refresh] {
        assert_eq!((form["resource"].as_str(), form["client_id"].as_str(), form.get("client_secret")), (&*resource, "registered", None));
    }
    assert_eq!((refresh["grant_type"].as_str(), refresh["refresh_token"].as_str()), ("refresh_token", "r-1"));
}

/// Without a challenge: the well-known place with the path, then that of the host; then OpenID's for the authorization server.
#[tokio::test]
async fn metadata_is_found_at_every_place_that_the_specifications_name() {
    let provider = stand_in(|asked, base, good| match asked.path.as_str() {
        "/mcp" => Some(json!({ "jsonrpc": "2.0" })),
        "/.well-known/oauth-protected-resource" => {
            Some(json!({ "resource": base, "authorization_servers": [base.join("tenant").unwrap()] }))
        }
        RESOURCE => Some("<html>a page for every address</html>".into()),
        SERVER => None,
        "/tenant/.well-known/openid-configuration" => self::good(&Asked { path: SERVER.to_owned(), ..asked.clone() }, base),
        _ => good,
    })
    .await;
    let (mcp, bench) = generic(&provider);
    let (query, _) = begun(&bench, &mcp).await;
    assert_eq!((query["resource"].as_str(), query.get("scope")), (provider.url.as_str(), None));
}

/// O7: no metadata of either kind.
#[tokio::test]
async fn a_server_without_metadata_is_refused() {
    assert!(problem(&with(RESOURCE, |document, _| *document = "<html>".into()).await).await.contains("RFC 9728"));
    assert!(problem(&with(SERVER, |document, _| *document = "<html>".into()).await).await.contains("RFC 8414"));
    let nobody = with(RESOURCE, |document, _| document["authorization_servers"] = json!([])).await;
    assert!(problem(&nobody).await.contains("names no authorization server"));
}

/// O7: metadata issuer mismatch, in another normal form too; metadata of another resource.
#[tokio::test]
async fn metadata_of_somebody_else_is_refused() {
    for issuer in ["", "https://evil.example/tenant", "TENANT/", "HOST"] {
        let provider = with(SERVER, move |document, base| {
            document["issuer"] = match issuer {
                "TENANT/" => base.join("tenant/").unwrap().as_str().into(),
                "HOST" => base.as_str().to_uppercase().into(),
                other => other.into(),
            };
        })
        .await;
        assert!(problem(&provider).await.contains("another issuer"), "{issuer}");
    }
    for resource in ["https://bank.example/mcp", "", "mcp"] {
        let provider = with(RESOURCE, move |document, _| document["resource"] = resource.into()).await;
        assert!(problem(&provider).await.contains("another resource"), "{resource}");
    }
}

/// O2 and O7: no S256, no connection.
#[tokio::test]
async fn a_server_that_does_not_announce_s256_is_refused() {
    for methods in [Value::Null, json!([]), json!(["plain"]), json!("S256")] {
        let provider = with(SERVER, move |document, _| document["code_challenge_methods_supported"] = methods.clone()).await;
        assert!(problem(&provider).await.contains("S256"));
    }
}

/// O7: SSRF through every URL that a document may name; none of them is asked or handed to the browser.
#[tokio::test]
async fn no_document_leads_to_where_the_server_may_not_go() {
    let bad = [
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "http://acme.example/",
        "https://u:p@acme.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ];
    for url in bad {
        let fields = ["authorization_endpoint", "token_endpoint", "registration_endpoint"];
        for field in fields {
            let provider = with(SERVER, move |document, _| document[field] = url.into()).await;
            assert!(problem(&provider).await.contains("cannot be connected"), "{field} {url}");
        }
        let provider = with(RESOURCE, move |document, _| document["authorization_servers"] = json!([url])).await;
        assert!(problem(&provider).await.contains("cannot be connected"), "{url}");
        let provider = stand_in(move |asked, _, good| if asked.path == "/mcp" { Some(json!({ "to": url })) } else { good }).await;
        let (mcp, mut bench) = generic(&provider);
        bench.connection_config = object(json!({ "mcp_server_url": url }));
        assert!(begun_at(&bench, &mcp).await.is_err(), "{url}");
    }
    // Of what https may name, the addresses themselves are the guard's.
    let provider = with(RESOURCE, |document, _| document["authorization_servers"] = json!(["https://169.254.169.254"])).await;
    assert!(problem(&provider).await.contains("not a public address"));
    let provider = honest().await;
    let (mcp, mut bench) = generic(&provider);
    bench.http = client_of(EgressPolicy { allow_private_network: false });
    assert!(begun_at(&bench, &mcp).await.is_err());
    assert!(provider.asked().is_empty());
}

/// O7: DCR refused, or answered with a client that is not ours.
#[tokio::test]
async fn a_registration_that_fails_says_why() {
    let refused = async |answer: Value| {
        let provider = with("/register", move |document, _| *document = answer.clone()).await;
        let (mcp, bench) = generic(&provider);
        match begun_at(&bench, &mcp).await.map(|(url, _)| url).unwrap_err() {
            ModeError::Refused { code, .. } => code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(json!({ "error": "invalid_redirect_uri" })).await, "invalid_redirect_uri");
    assert_eq!(refused(json!({ "client_id": "c", "redirect_uris": ["https://evil.example"] })).await, "invalid_client_metadata");
    assert_eq!(refused(json!({ "client_id": "c", "token_endpoint_auth_method": "private_key_jwt" })).await, "invalid_client_metadata");
    assert_eq!(refused(json!({ "client_id": "c", "token_endpoint_auth_method": "client_secret_post" })).await, "invalid_client_metadata");
    assert_eq!(refused(json!({ "client_secret": "s" })).await, "invalid_client_metadata");
    let provider = with(SERVER, |document, _| document["registration_endpoint"] = Value::Null).await;
    let (mcp, bench) = generic(&provider);
    assert!(matches!(begun_at(&bench, &mcp).await, Err(ModeError::Setup { .. })));
}

/// A registered secret goes with the connection, and proves us the way that the answer says.
#[tokio::test]
async fn a_registered_secret_is_the_connections_own() {
    let registered = json!({ "client_id": "registered", "client_secret": "canary", "token_endpoint_auth_method": "client_secret_post" });
    let provider = with("/register", move |document, _| *document = registered.clone()).await;
    let (mcp, mut bench) = generic(&provider);
    let (_, secret) = begun(&bench, &mcp).await;
    let grant = finish(&bench, &mcp, &secret, &[("code", "c-1")]).await.unwrap();
    stored(&mut bench, &grant);
    renew(&bench.setting(), &mcp, token(&grant)).await.unwrap();
    let asked = provider.asked();
    for asked in &asked[4..] {
        assert_eq!((asked.form()["client_id"].as_str(), asked.form()["client_secret"].as_str()), ("registered", "canary"));
    }
}

/// CIMD: the id is the URL of our metadata, byte by byte, and only where the server can read it.
#[tokio::test]
async fn a_metadata_document_is_the_client_where_the_server_reads_it() {
    let provider = with(SERVER, |document, _| document["client_id_metadata_document_supported"] = true.into()).await;
    let (mcp, mut bench) = generic(&provider);
    let (query, secret) = begun(&bench, &mcp).await;
    assert_eq!(query["client_id"], "https://syncline.example/oauth/client-metadata/e/acme");
    finish(&bench, &mcp, &secret, &[("code", "c-1")]).await.unwrap();
    let form = provider.asked().pop().unwrap().form();
    assert_eq!((form["client_id"].as_str(), form.get("client_secret")), (query["client_id"].as_str(), None));
    bench.client_metadata_url = Url::parse("http://syncline.example/oauth/client-metadata/e/acme").unwrap();
    assert_eq!(begun(&bench, &mcp).await.0["client_id"], "registered");
    let only = Mcp { registration: ClientRegistration::ClientMetadata, ..mcp };
    assert!(matches!(begun_at(&bench, &only).await, Err(ModeError::Setup { .. })));
}

/// A client that the operator registered: its secret stays with the integration, and with the server that it is for.
#[tokio::test]
async fn an_integrations_client_is_not_for_servers_that_users_name() {
    let provider = with(SERVER, |document, _| document["token_endpoint_auth_methods_supported"] = Value::Null).await;
    let (generic, mut bench) = generic(&provider);
    assert_eq!(begun(&bench, &generic).await.0["client_id"], "registered");
    let fixed = Mcp { registration: ClientRegistration::Static, ..generic.clone() };
    assert!(matches!(begun_at(&bench, &fixed).await, Err(ModeError::Setup { .. })));

    let known = Mcp { server_url: Template::parse(provider.at("mcp").as_str()).unwrap(), is_generic: false, ..fixed };
    let (_, secret) = begun(&bench, &known).await;
    let grant = finish(&bench, &known, &secret, &[("code", "c-1")]).await.unwrap();
    assert!(!token(&grant).config_override.as_ref().unwrap().expose().contains("canary"));
    stored(&mut bench, &grant);
    renew(&bench.setting(), &known, token(&grant)).await.unwrap();
    assert!(provider.asked().pop().unwrap().headers["authorization"].to_str().unwrap().starts_with("Basic "));
    bench.settings.insert("client_id".to_owned(), "another".into());
    let changed = renew(&bench.setting(), &known, token(&grant)).await;
    assert!(matches!(changed, Err(ModeError::Refused { code, .. }) if code == "client_changed"));
}

/// O1: where the server says that it names itself, it has to; where it does so anyway, it has to be itself.
#[tokio::test]
async fn an_answer_of_another_issuer_is_refused() {
    let provider = with(SERVER, |document, _| document["authorization_response_iss_parameter_supported"] = true.into()).await;
    let (mcp, bench) = generic(&provider);
    let issuer = provider.at("tenant");
    let normalised = format!("{issuer}/");
    let attempt = async |pairs: &[(&str, &str)]| {
        let (_, secret) = begun(&bench, &mcp).await;
        finish(&bench, &mcp, &secret, pairs).await
    };
    let rejected = |result: Result<Grant, ModeError>| matches!(result, Err(ModeError::Refused { code, message, .. }) if code == "callback_err" && message.contains("is not from the authorization server"));
    assert!(rejected(attempt(&[("code", "c-1")]).await));
    assert!(rejected(attempt(&[("code", "c-1"), ("iss", &normalised)]).await));
    assert!(rejected(attempt(&[("error", "access_denied"), ("iss", "https://evil.example")]).await));
    assert!(attempt(&[("code", "c-1"), ("iss", issuer.as_str())]).await.is_ok());
    let silent = honest().await;
    let (mcp, bench) = generic(&silent);
    let (_, secret) = begun(&bench, &mcp).await;
    assert!(rejected(finish(&bench, &mcp, &secret, &[("code", "c-1"), ("iss", "https://evil.example")]).await));
}

/// A refresh token goes to the server that gave it, whatever the connection config says by now.
#[tokio::test]
async fn credentials_are_bound_to_their_authorization_server() {
    let provider = honest().await;
    let (mcp, mut bench) = generic(&provider);
    let (_, secret) = begun(&bench, &mcp).await;
    let grant = finish(&bench, &mcp, &secret, &[("code", "c-1")]).await.unwrap();
    stored(&mut bench, &grant);
    let evil = StandIn::always(200, "application/json", r#"{"access_token":"t"}"#).await;
    let before = provider.asked().len();
    for field in ["token_endpoint", "issuer", "mcp_server_url"] {
        let kept = bench.connection_config.insert(field.to_owned(), evil.at("mcp").as_str().into()).unwrap();
        let result = renew(&bench.setting(), &mcp, token(&grant)).await;
        assert!(matches!(result, Err(ModeError::Refused { code, .. }) if code == "authorization_server_changed"), "{field}");
        bench.connection_config.insert(field.to_owned(), kept);
    }
    let unbound = Oauth2 { config_override: Some(Secret::new("{}")), ..token(&grant).clone() };
    assert!(matches!(renew(&bench.setting(), &mcp, &unbound).await, Err(ModeError::Refused { .. })));
    assert_eq!((evil.asked().len(), provider.asked().len()), (0, before));
}

/// The server's address may come under either of its usual names; nothing else of the user's stands in for it.
#[tokio::test]
async fn a_server_is_named_by_the_user() {
    let provider = honest().await;
    let (mcp, mut bench) = generic(&provider);
    bench.connection_config = object(json!({ "server_url": provider.at("mcp").as_str() }));
    let (query, secret) = begun(&bench, &mcp).await;
    assert_eq!(query["resource"], provider.at("mcp").as_str());
    let grant = finish(&bench, &mcp, &secret, &[("code", "c-1")]).await.unwrap();
    assert_eq!(grant.connection_config["mcp_server_url"], provider.at("mcp").as_str(), "what templates read");
    for config in [json!({}), json!({ "mcp_server_url": "not a url" }), json!({ "mcp_server_url": 7, "server_url": "x" })] {
        bench.connection_config = object(config);
        let error = begun_at(&bench, &mcp).await.map(|(url, _)| url).unwrap_err();
        assert!(matches!(error, ModeError::Input { .. }), "{error:?}");
    }
    let ask = BeginAsk { state: "s", authorization_params: &BTreeMap::new(), refresh_token: Some("r-0") };
    assert!(matches!(begin(&bench.setting(), &mcp, &ask).await, Err(ModeError::Input { .. })));
}

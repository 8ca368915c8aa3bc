//! Every shipped entry: a request of a connection of it, built by what a server builds requests with.

use std::collections::BTreeSet;

use http::HeaderName;
use http::header::{AUTHORIZATION, COOKIE};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use syncline_domain::{AuthMode, Credentials, Exchanged, ManualClock, Oauth1, Oauth2, Obtained, Secret, Timestamp};
use syncline_providers::{Auth, Catalogue, Entry, Field, FieldPlace};

use super::*;
use crate::{ClientKeys, EgressPolicy, Options};

/// Entries whose requests carry no credential by the proxy, and why.
const WITHOUT_CREDENTIALS: &[(&str, &str)] =
    &[("unauthenticated", "public APIs take none"), ("youcanbook-me-public", "public pages take none")];

/// The same each time, so that only what differs between two connections differs between their requests.
struct Still;

#[async_trait::async_trait]
impl Pace for Still {
    async fn sleep(&self, _: Duration) {}

    fn fraction(&self) -> f64 {
        0.0
    }

    fn nonce(&self) -> [u8; 16] {
        [0xab; 16]
    }
}

fn proxy() -> Proxy {
    let client = HttpClient::new(Options::new(EgressPolicy { allow_private_network: false }));
    let clock = ManualClock::new(Timestamp::parse("2026-01-01T12:00:00Z").unwrap());
    Proxy::new(client, Arc::new(clock), Arc::new(Still), Limits::default())
}

#[test]
fn a_request_of_every_entry_goes_to_its_host_and_carries_its_credentials() {
    let proxy = proxy();
    let mut wrong = Vec::new();
    for entry in Catalogue::embedded().iter() {
        for (method, endpoint) in endpoints(&entry) {
            if let Err(problem) = check(&proxy, &entry, &method, &endpoint) {
                wrong.push(format!("{} ({}): {method} {endpoint}: {problem}", entry.key, entry.auth.mode()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} requests:\n{}", wrong.len(), wrong.join("\n"));
}

/// What its verification asks, and any other.
fn endpoints(entry: &Entry) -> Vec<(Method, String)> {
    let verification = entry.proxy.verification.iter();
    let asked = verification.flat_map(|one| one.endpoints.iter().map(|endpoint| (one.method.parse().unwrap(), endpoint.clone())));
    let other = if entry.proxy.body.is_empty() { Method::GET } else { Method::POST };
    asked.chain([(other, "/things?page=2".to_owned())]).collect()
}

fn check(proxy: &Proxy, entry: &Arc<Entry>, method: &Method, endpoint: &str) -> Result<(), String> {
    let build = |target: &ProviderTarget| build(proxy, target, method, endpoint);
    build(&target(entry, "one", Asked::Required)).map_err(|problem| format!("with what is required: {problem}"))?;
    let (one, two) = (build(&target(entry, "one", Asked::All))?, build(&target(entry, "two", Asked::All))?);
    if one.url.scheme() != "https" || one.url.host_str().is_none_or(|host| !host.contains('.')) {
        return Err(format!("goes to {}", one.url));
    }
    let shown = format!("{} {:?}", one.url, one.headers);
    if shown.contains("${") || shown.contains("$%7B") || shown.contains("%24%7B") {
        return Err(format!("has something that nobody filled in: {shown}"));
    }
    let missing = entry.proxy.headers.keys().filter(|name| !one.headers.contains_key(name.as_str()));
    let parameters: BTreeSet<String> = one.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let missing: Vec<&String> = missing.chain(entry.proxy.query.keys().filter(|name| !parameters.contains(*name))).collect();
    if !missing.is_empty() {
        return Err(format!("is without {missing:?}"));
    }
    let differing: Vec<&HeaderName> = one.headers.keys().filter(|name| one.headers.get(*name) != two.headers.get(*name)).collect();
    // What follows a redirect to another origin must not be what proves who we are.
    let kept = |name: &&&HeaderName| !one.credential_headers.contains(name) && ![AUTHORIZATION, COOKIE].contains(name);
    if let Some(name) = differing.iter().find(kept) {
        return Err(format!("`{name}` differs between two accounts and is not known as a credential"));
    }
    let in_body = body(&one) != body(&two);
    if in_body != one.credential_body {
        return Err("has a body that differs between two accounts and is not known to hold a credential, or the other way round".to_owned());
    }
    let is_carried = !differing.is_empty() || one.url != two.url || in_body;
    let is_bare = WITHOUT_CREDENTIALS.iter().any(|(key, _)| *key == entry.key);
    if is_carried == is_bare {
        return Err(if is_bare { "carries a credential" } else { "carries no credential" }.to_owned());
    }
    Ok(())
}

fn body(request: &Outgoing) -> &[u8] {
    if let CallBody::Bytes(bytes) = &request.body { bytes } else { &[] }
}

/// With its signature, if it is signed.
fn build(proxy: &Proxy, target: &ProviderTarget, method: &Method, endpoint: &str) -> Result<Outgoing, String> {
    let base_url_override = target.entry.proxy.no_base_url.as_ref().map(|_| "https://api.acme.example".to_owned());
    let call = ProxyCall { method: method.clone(), endpoint: endpoint.to_owned(), base_url_override, ..ProxyCall::default() };
    let mut outgoing = proxy.outgoing(target, &call, CallBody::Empty).map_err(|error| format!("{error}: {error:?}"))?;
    if let Some(signer) = &outgoing.signer {
        for (name, value) in signer.sign(&outgoing).map_err(|defect| defect.to_string())? {
            outgoing.headers.insert(name, value);
        }
    }
    Ok(outgoing)
}

/// How much of a form somebody filled in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Required,
    All,
}

/// A connection whose credentials are an account's alone.
fn target(entry: &Arc<Entry>, account: &str, asked: Asked) -> ProviderTarget {
    let sampled = |fields: &IndexMap<String, Field>| -> Vec<(String, String)> {
        let fields = fields.iter().filter(|(_, field)| asked == Asked::All || !field.optional);
        fields.map(|(name, field)| (name.clone(), field.sample().to_owned())).collect()
    };
    let client = [("client_id", "client-1"), ("client_secret", "secret-1"), ("app_id", "1")];
    let client = client.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let integration = client.chain(sampled(&entry.integration_config));
    let config: Map<String, Value> = sampled(&entry.connection_config).into_iter().map(|(name, value)| (name, value.into())).collect();
    ProviderTarget {
        entry: Arc::clone(entry),
        connection_config: Arc::new(config),
        credentials: Arc::new(credentials(entry, account)),
        client: Some(Arc::new(integration.map(|(name, value)| (name, Secret::new(value))).collect::<ClientKeys>())),
    }
}

fn credentials(entry: &Entry, account: &str) -> Credentials {
    let secret = |name: &str| Secret::new(format!("{name}-of-{account}"));
    let token = || Oauth2 { access_token: secret("token"), refresh_token: None, expires_at: None, raw: None, config_override: None };
    let exchanged = |mode: AuthMode, obtained: &[&str]| {
        let asked = entry.fields().into_iter().filter(|asked| asked.place == FieldPlace::Credentials);
        let mut supplied: std::collections::BTreeMap<String, Secret> =
            asked.map(|asked| (asked.name, Secret::new(asked.field.sample()))).collect();
        if mode == AuthMode::AwsSigv4 {
            supplied.insert("service".to_owned(), Secret::new(entry.integration_config["service"].sample()));
        }
        supplied.retain(|name, _| !obtained.contains(&name.as_str()));
        let fields = obtained.iter().map(|name| ((*name).to_owned(), secret(name))).collect();
        Exchanged { mode, supplied, obtained: Some(Obtained { fields, expires_at: None, raw: None }) }
    };
    let named =
        |more: &IndexMap<String, String>, token: &'static str| -> Vec<String> { more.keys().cloned().chain([token.to_owned()]).collect() };
    let bought = |mode, names: &[String]| Credentials::Exchanged(exchanged(mode, &names.iter().map(String::as_str).collect::<Vec<_>>()));
    let held = |mode, obtained: &[&str]| Credentials::Exchanged(exchanged(mode, obtained));
    match &entry.auth {
        Auth::OAuth2(_) | Auth::Mcp(_) => Credentials::Oauth2(token()),
        Auth::OAuth1(_) => Credentials::Oauth1(Oauth1 { oauth_token: secret("token"), oauth_token_secret: secret("secret"), raw: None }),
        Auth::ApiKey => Credentials::ApiKey { api_key: secret("key") },
        Auth::Basic | Auth::InstallPlugin { .. } => Credentials::Basic { username: secret("user"), password: secret("password") },
        Auth::ClientCredentials(_) => held(AuthMode::Oauth2Cc, &["token"]),
        Auth::Jwt(jwt) => match &jwt.exchange {
            Some(exchange) => bought(AuthMode::Jwt, &named(&exchange.fields, "token")),
            None => held(AuthMode::Jwt, &["token"]),
        },
        Auth::TwoStep(exchange) => bought(AuthMode::TwoStep, &named(&exchange.fields, "token")),
        Auth::Bill(exchange) => bought(AuthMode::Bill, &named(&exchange.fields, "session_id")),
        Auth::Signature(_) => held(AuthMode::Signature, &["token"]),
        Auth::Tba => held(AuthMode::Tba, &["token_id", "token_secret"]),
        Auth::AwsSigV4(_) => held(AuthMode::AwsSigv4, &["access_key_id", "secret_access_key", "session_token"]),
        Auth::App(_) => held(AuthMode::App, &["access_token"]),
        Auth::AppWithUser(_) => Credentials::AppWithUser { app: exchanged(AuthMode::App, &["access_token"]), user: Some(token()) },
        Auth::None => Credentials::None,
    }
}

//! Every shipped entry signs in: the browser's URL and each request for a token, built by what a server builds them with. Nothing is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use serde_json::{Map, Value};
use syncline_domain::{ManualClock, Oauth2, Secret};
use syncline_outbound::{EgressPolicy, OAuth1Token};
use syncline_providers::{Auth, Catalogue, ClientProof, Entry, Exchange, Name, OAuth1, OAuth2, Template, Templates, TokenAuth};
use url::Url;

use super::{RSA, back};
use crate::modes::oauth2::{Flow, code_request, refresh_request};
use crate::modes::{
    BeginAsk, api_key, app, app_with_user, aws_sigv4, basic, client_credentials, install_plugin, jwt, oauth1, oauth2 as code, signature,
    tba,
};
use crate::stand_in::{Bench, client_of};
use crate::supplied::{Known, Supplied};
use crate::{ModeError, supplied, token_request};

mod account;
mod built;

use account::{credentials, sampled};
use built::Built;

const STATE: &str = "state-1";

/// Modes of which nothing can be built before the provider has been asked.
const DISCOVERED: &str = "the endpoints are the MCP server's word (RFC 9728, RFC 8414): only its own address stands in the entry";

/// Parameters of the browser's URL that a provider wants otherwise than RFC 6749, 4.1.1, has them.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("ebay", "redirect_uri", "the RuName, eBay's own name of a registered redirect URI"),
    ("ebay-sandbox", "redirect_uri", "the RuName"),
    ("followupboss", "response_type", "it says `auth_code`"),
];

#[test]
fn every_entry_signs_in_with_everything_filled_in() {
    let plain = Bench { http: client_of(EgressPolicy { allow_private_network: false }), ..Bench::new(Auth::None) };
    let (mut wrong, mut left_out) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for entry in Catalogue::embedded().iter() {
        let bench = bench(&entry, &plain);
        match check(&bench) {
            Ok(None) => {}
            Ok(Some(why)) => *left_out.entry(why).or_default() += 1,
            Err(problem) => wrong.push(format!("{} ({}): {problem}", entry.key, entry.auth.mode())),
        }
    }
    assert!(wrong.is_empty(), "{} entries:\n{}", wrong.len(), wrong.join("\n"));
    let mcp = Catalogue::embedded().iter().filter(|entry| matches!(entry.auth, Auth::Mcp(_))).count();
    assert_eq!(left_out, BTreeMap::from([(DISCOVERED, mcp)]));
}

/// An integration of the entry with everything that it can say, and a connection that says everything that it is asked.
fn bench(entry: &Arc<Entry>, plain: &Bench) -> Bench {
    let more = [("app_id", "424242"), ("app_link", "https://github.com/apps/acme"), ("private_key", RSA)];
    let settings = plain.settings.clone().into_iter().chain(more.map(|(name, value)| (name.to_owned(), value.into())));
    Bench {
        http: plain.http.clone(),
        clock: ManualClock::new(plain.setting().now()),
        callback_url: plain.callback_url.clone(),
        client_metadata_url: plain.client_metadata_url.clone(),
        entry: Arc::clone(entry),
        settings: settings.chain(sampled(&entry.integration_config)).collect(),
        own: None,
        connection_config: sampled(&entry.connection_config),
        scopes: None,
    }
}

/// Why nothing was built, or what is wrong with what was.
fn check(bench: &Bench) -> Result<Option<&'static str>, String> {
    let setting = &bench.setting();
    let ask = &BeginAsk { state: STATE, authorization_params: &BTreeMap::new(), refresh_token: None };
    let given = credentials(&bench.entry, "one");
    let read = |given: &Map<String, Value>| supplied::read(setting, given, &[]).map_err(said);
    match &bench.entry.auth {
        Auth::OAuth2(oauth) => browser_and_tokens(bench, oauth)?,
        Auth::OAuth1(oauth) => three_legs(bench, oauth, ask)?,
        Auth::ClientCredentials(client) => {
            let supplied = read(&given)?;
            let request = Built::of(client_credentials::request(setting, client, &supplied))?;
            if !client.token_params.contains_key("grant_type") {
                request.has("grant_type", "client_credentials")?;
            }
            request.is_without_holes(&client.token_params, &client.token_headers)?;
            match client.proof {
                ClientProof::Secret(how) => request.proves(how, &supplied["client_id"], &supplied["client_secret"])?,
                ClientProof::PrivateKeyJwt(_) => request.contains("client_assertion")?,
                ClientProof::Certificate => {
                    let (certificate, key) = (&supplied["client_certificate"], &supplied["client_private_key"]);
                    setting.http.with_client_certificate(certificate.expose(), key).map_err(|defect| defect.to_string())?;
                }
            }
        }
        Auth::Jwt(jwt) => {
            let assertion = jwt::sign(setting, jwt, &read(&given)?).map_err(said)?.0;
            if let Some(exchange) = &jwt.exchange {
                let bought = purchase(bench, exchange, &read(&given)?, &[("assertion", assertion.expose())])?;
                bought.last().expect("a purchase is a request").contains(assertion.expose())?;
            }
        }
        Auth::TwoStep(exchange) | Auth::Bill(exchange) => {
            let one = purchase(bench, exchange, &read(&given)?, &[])?;
            let two = purchase(bench, exchange, &read(&credentials(&bench.entry, "two"))?, &[])?;
            if credentials(&bench.entry, "two") != given && one == two {
                return Err("asks for the token without what was supplied".to_owned());
            }
        }
        Auth::Signature(how) => drop(signature::exchange(setting, how, &given).map_err(said)?),
        Auth::Tba => drop(tba::exchange(setting, &given).map_err(said)?),
        Auth::ApiKey => drop(api_key::exchange(setting, &given).map_err(said)?),
        Auth::Basic => drop(basic::exchange(setting, &given).map_err(said)?),
        Auth::AwsSigV4(aws) => {
            let assume = aws_sigv4::request(setting, aws, &read(&given)?).map_err(said)?;
            Built::read(&assume.fetch)?.starts("authorization", "AWS4-HMAC-SHA256 ")?;
        }
        Auth::App(of_app) => {
            leads_on(&app::begin(setting, of_app, ask).map_err(said)?.0)?;
            installation(bench, of_app)?;
        }
        Auth::AppWithUser(both) => {
            leads_on(&app_with_user::begin(setting, both, ask).map_err(said)?.0)?;
            installation(bench, &both.app)?;
            tokens(bench, &both.user, &Flow::begin(setting, false, None).0)?;
            let owned = Map::from_iter([("installation_id".to_owned(), "1001".into())]);
            Built::of(token_request::call(setting, &both.ownership_request, &setting.values(&owned, &[])))?.contains("1001")?;
        }
        Auth::InstallPlugin { install_url } => leads_on(&install_plugin::begin(setting, install_url, ask).map_err(said)?.0)?,
        Auth::Mcp(mcp) => {
            let url = setting.url(&mcp.server_url, &setting.values(&Map::new(), &[])).map_err(said)?;
            return if is_open(&url) { Ok(Some(DISCOVERED)) } else { Err(format!("is at {url}")) };
        }
        Auth::None => {}
    }
    Ok(None)
}

fn browser_and_tokens(bench: &Bench, oauth: &OAuth2) -> Result<(), String> {
    let setting = &bench.setting();
    let ask = BeginAsk { state: STATE, authorization_params: &BTreeMap::new(), refresh_token: None };
    let (url, secret) = code::begin(setting, oauth, &ask).map_err(said)?;
    let flow = Flow::open(&secret).map_err(said)?;
    leads_on(&url)?;
    let params: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let has = |name: &str, value: &str| {
        let is_own = OTHERWISE.iter().any(|(key, other, _)| *key == bench.entry.key && *other == name);
        if is_own {
            let fine = oauth.authorization_params.contains_key(name) && params.get(name).is_some_and(|said| said != value);
            return if fine { Ok(()) } else { Err(format!("{name} is as the RFC has it: take it off the list")) };
        }
        let name = oauth.parameter_names.get(name).map_or(name, String::as_str);
        let found = params.get(name).map(String::as_str);
        if found == Some(value) { Ok(()) } else { Err(format!("the browser's URL has {name}={found:?}, not {value}")) }
    };
    has("client_id", "client:1")?;
    has("redirect_uri", bench.callback_url.as_str())?;
    has("response_type", "code")?;
    has("state", STATE)?;
    if !oauth.default_scopes.is_empty() && !oauth.authorization_params.contains_key("scope") {
        has("scope", &oauth.default_scopes.join(&oauth.scope_separator))?;
    }
    if let Some(name) = oauth.authorization_params.keys().find(|name| !params.contains_key(*name)) {
        return Err(format!("the browser's URL lacks {name}"));
    }
    if flow.verifier.is_some() != oauth.pkce {
        return Err("the verifier is there without PKCE, or not there with it".to_owned());
    }
    if let Some(verifier) = &flow.verifier {
        has("code_challenge", PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone())).as_str())?;
        has("code_challenge_method", "S256")?;
    }
    tokens(bench, oauth, &flow)
}

/// The code's purchase, and the refresh token's.
fn tokens(bench: &Bench, oauth: &OAuth2, flow: &Flow) -> Result<(), String> {
    let setting = &bench.setting();
    let (id, secret) = (Secret::new("client:1"), Secret::new("canary-secret &+"));
    let token = Secret::new("token-1");
    let held =
        Oauth2 { access_token: token, refresh_token: Some(Secret::new("refresh-1")), expires_at: None, raw: None, config_override: None };
    let named = |name: &str| oauth.token_parameter_names.get(name).map_or_else(|| name.to_owned(), Clone::clone);
    let purchase = Built::of(code_request(oauth, flow, "code-1").call(setting, oauth, &Map::new()))?;
    let renewal = Built::of(refresh_request(oauth, &held).call(setting, oauth, &held))?;
    let mut of_code = vec![("grant_type", "authorization_code"), ("code", "code-1"), ("redirect_uri", flow.redirect_uri.as_str())];
    of_code.extend(flow.verifier.as_deref().map(|verifier| ("code_verifier", verifier)));
    let of_refresh = vec![("grant_type", "refresh_token"), ("refresh_token", "refresh-1")];
    // Before there is a token, no header can show it.
    let of_token = |template: &Template| template.names().into_iter().any(|name| matches!(name, Name::Credential(_)));
    let early: Templates = oauth.token_headers.clone().into_iter().filter(|(_, template)| !of_token(template)).collect();
    for (what, request, fields, extra, headers) in [
        ("code", &purchase, of_code, &oauth.token_params, &early),
        ("refresh", &renewal, of_refresh, &oauth.refresh_params, &oauth.token_headers),
    ] {
        let told = |problem: String| format!("the {what} request {problem}");
        for (name, value) in fields {
            // The entry has the last word on every field.
            if !extra.contains_key(&named(name)) {
                request.has(&named(name), value).map_err(told)?;
            }
        }
        let renames_client = ["client_id", "client_secret"].iter().any(|name| named(name) != *name || extra.contains_key(*name));
        if oauth.token_auth == TokenAuth::Basic || !renames_client {
            request.proves(oauth.token_auth, &id, &secret).map_err(told)?;
        }
        request.contains("canary-secret").map_err(told)?;
        request.is_without_holes(extra, headers).map_err(told)?;
    }
    Ok(())
}

fn three_legs(bench: &Bench, oauth: &OAuth1, ask: &BeginAsk<'_>) -> Result<(), String> {
    let setting = &bench.setting();
    let temporary = Built::of(oauth1::temporary_request(setting, oauth, STATE))?;
    temporary.starts("authorization", "OAuth ")?;
    let url = oauth1::location(setting, oauth, ask, "temporary-1").map_err(said)?;
    if !is_open(&url) || !url.query_pairs().any(|(name, value)| name == "oauth_token" && value == "temporary-1") {
        return Err(format!("sends the browser to {url}"));
    }
    let token = OAuth1Token { token: Secret::new("temporary-1"), secret: Secret::new("temporary-secret") };
    Built::of(oauth1::token_request(setting, oauth, token, "verifier-1"))?.starts("authorization", "OAuth ")
}

/// All requests of an exchange, and its refresh, in order; answers of steps have something wherever a template looks.
fn purchase(bench: &Bench, exchange: &Exchange, supplied: &Supplied, more: &[(&str, &str)]) -> Result<Vec<Built>, String> {
    let setting = &bench.setting();
    let steps = account::answers(exchange);
    let known = Known { supplied, more };
    let mut built = Vec::new();
    for request in exchange.steps.iter().chain([&exchange.request]) {
        let one = Built::of(token_request::call(setting, request, &setting.values(&known, &steps)))?;
        one.is_without_holes(&request.body, &request.headers)?;
        one.is_without_holes(&request.query, &request.headers)?;
        built.push(one);
    }
    if let Some(request) = &exchange.refresh {
        let known = Known { supplied, more: &[("refresh_token", "refresh-1")] };
        let renewal = Built::of(token_request::call(setting, request, &setting.values(&known, &[])))?;
        renewal.contains("refresh-1").map_err(|problem| format!("the refresh {problem}"))?;
        built.insert(0, renewal);
    }
    Ok(built)
}

fn installation(bench: &Bench, of_app: &syncline_providers::App) -> Result<(), String> {
    let params = back(&[("installation_id", "1001"), ("app_id", "424242")]).0;
    let supplied = params.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
    let request = Built::of(app::request(&bench.setting(), of_app, &supplied))?;
    request.starts("authorization", "Bearer ")?;
    request.contains("1001")
}

/// A browser goes to https and brings the state back.
fn leads_on(url: &Url) -> Result<(), String> {
    let has_state = url.query_pairs().any(|(_, value)| value == STATE);
    if is_open(url) && has_state { Ok(()) } else { Err(format!("sends the browser to {url}")) }
}

fn is_open(url: &Url) -> bool {
    let has_holes = ["${", "$%7B", "%24%7B"].into_iter().any(|hole| url.as_str().contains(hole));
    url.scheme() == "https" && url.host_str().is_some_and(|host| host.contains('.')) && !has_holes
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn said(error: ModeError) -> String {
    format!("{error:?}")
}

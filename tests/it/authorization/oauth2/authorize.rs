//! The authorization endpoint (RFC 6749, 4.1.1; RFC 7636, 4.3).

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::Response;

use super::consent::Decision;
use super::{Client, Code, Iss, decided};
use crate::authorization::{World, found, mcp, now, page, parameters};

pub(super) async fn authorize(State(world): State<World>, Path(realm): Path<String>, RawQuery(query): RawQuery) -> Response<Body> {
    let asked = match parameters(query.as_deref().unwrap_or_default()) {
        Ok(asked) => asked,
        Err(why) => return page(400, format!("<h1>{why}</h1>")),
    };
    // A client that is known by its metadata document is read before it is looked up.
    mcp::admit_client_document(&world, &realm, asked.get("client_id")).await;
    match check(&world, &realm, &asked) {
        Ok(code) => {
            let back = asked["redirect_uri"].clone();
            decided(&world, &realm, Decision { back, state: asked.get("state").cloned(), extra: Vec::new(), code: Some(code) })
        }
        Err(Refusal::Here(why)) => page(400, format!("<h1>{why}</h1>")),
        Err(Refusal::There(error, why)) => {
            let mut back = vec![("error", error.to_owned()), ("error_description", why.to_owned())];
            back.extend(asked.get("state").map(|state| ("state", state.clone())));
            found(&redirect_target(&world, &realm, &asked["redirect_uri"], back))
        }
    }
}

enum Refusal {
    /// Whoever asked is not to be trusted with an answer.
    Here(&'static str),
    There(&'static str, &'static str),
}

fn check(world: &World, realm: &str, asked: &BTreeMap<String, String>) -> Result<Code, Refusal> {
    use Refusal::{Here, There};
    let mut desk = world.oauth2();
    let rules = desk.realms.get(realm).ok_or(Here("no such provider"))?;
    let client_id = asked.get("client_id").ok_or(Here("no client_id"))?;
    let client = desk.clients.get(client_id).filter(|client| client.realm == realm).ok_or(Here("unknown client"))?;
    let redirect_uri = asked.get("redirect_uri").ok_or(Here("no redirect_uri"))?;
    if !is_registered(client, redirect_uri) {
        return Err(Here("the redirect URI is not one that this client registered"));
    }
    if asked.get("response_type").map(String::as_str) != Some("code") {
        return Err(There("unsupported_response_type", "only code"));
    }
    if asked.get("state").is_none_or(|state| state.len() < 16) {
        return Err(There("invalid_request", "the state is missing or can be guessed"));
    }
    let challenge = match (asked.get("code_challenge"), asked.get("code_challenge_method").map(String::as_str)) {
        (Some(challenge), Some("S256")) if challenge.len() == 43 => Some(challenge.clone()),
        (None, None) if !rules.needs_pkce => None,
        _ => return Err(There("invalid_request", "a code challenge by S256 is required")),
    };
    let resource = asked.get("resource").cloned();
    if rules.needs_resource && resource.as_deref() != Some(world.url("/mcp").as_str()) {
        return Err(There("invalid_target", "the resource is missing or not one of ours"));
    }
    let scope = asked.get("scope").cloned().unwrap_or_default();
    let code = Code {
        realm: realm.to_owned(),
        client: client_id.clone(),
        redirect_uri: redirect_uri.clone(),
        challenge,
        scope: scope.clone(),
        resource,
        issued_at: now(),
        family: None,
    };
    desk.last_scope = scope;
    Ok(code)
}

/// RFC 9700, 2.1: by simple string comparison.
fn is_registered(client: &Client, redirect_uri: &str) -> bool {
    client.redirect_uris.iter().any(|registered| registered == redirect_uri)
}

/// Where the browser goes back to, with the issuer as the realm's rules have it.
pub(in crate::authorization) fn redirect_target(world: &World, realm: &str, redirect_uri: &str, parameters: Vec<(&str, String)>) -> String {
    let mut url = url::Url::parse(redirect_uri).expect("a registered redirect URI is a URL");
    let iss = match &world.oauth2().rules(realm).iss {
        Iss::Absent => None,
        Iss::Right => Some(world.issuer(realm)),
        Iss::Other(other) => Some(other.clone()),
    };
    let mut query = url.query_pairs_mut();
    query.extend_pairs(parameters);
    query.extend_pairs(iss.map(|iss| ("iss", iss)));
    drop(query);
    url.into()
}

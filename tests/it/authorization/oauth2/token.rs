//! The token endpoint (RFC 6749, 4.1.3, 6; RFC 7636, 4.6; RFC 9700, 2.2.2 and 4.14).

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{ClientAuth, Desk, Family, Format, Refresh};
use crate::authorization::{World, answer, now, parameters, refuse};

/// A code that is not exchanged at once is somebody else's.
const CODE_LIFE: Duration = Duration::from_secs(60);

type Parameters = BTreeMap<String, String>;
/// Status, error and what a careless product would repeat.
type Refusal = (u16, &'static str, &'static str);

pub(super) async fn token(
    State(world): State<World>,
    Path(realm): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    match work(&world, &realm, query.as_deref(), &headers, &body) {
        Ok(body) => answer(200, &Value::Object(body)),
        Err((status, error, why)) => {
            if error == "invalid_grant" {
                world.oauth2().count(&realm).invalid_grants += 1;
            }
            refuse(status, error, why)
        }
    }
}

fn work(world: &World, realm: &str, query: Option<&str>, headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if query.is_some_and(|query| !query.is_empty()) {
        return Err((400, "invalid_request", "parameters do not belong into the URL"));
    }
    let mut desk = world.oauth2();
    let (auth, format) =
        desk.realms.get(realm).map(|realm| (realm.auth, realm.format)).ok_or((404, "invalid_request", "no such provider"))?;
    let given = read(format, headers, body)?;
    let client = authenticate(&desk, realm, auth, headers, &given)?;
    let resource = given.get("resource").cloned();
    if desk.realms[realm].needs_resource && resource.as_deref() != Some(world.url("/mcp").as_str()) {
        return Err((400, "invalid_target", "the resource is missing or not one of ours"));
    }
    let (family, refresh) = match given.get("grant_type").map(String::as_str) {
        Some("authorization_code") => {
            let family = exchange(world, &mut desk, realm, &client, &given)?;
            desk.count(realm).exchanges += 1;
            (family, desk.rules(realm).gives_refresh_token)
        }
        Some("refresh_token") => {
            let family = refresh(world, &mut desk, realm, &client, &given)?;
            desk.count(realm).refreshes += 1;
            (family, desk.rules(realm).rotates)
        }
        _ => return Err((400, "unsupported_grant_type", "only authorization_code and refresh_token")),
    };
    let (life_s, says_life) = (desk.rules(realm).life_s, desk.rules(realm).says_life);
    let scope = desk.families[family as usize].scope.clone();
    let mut body = Map::new();
    if refresh {
        let token = world.secret("refresh-token");
        desk.refreshes.insert(token.clone(), Refresh { family, used_at: None });
        body.insert("refresh_token".to_owned(), token.into());
    }
    drop(desk);
    let audience = if realm == "mcp-as" { "mcp" } else { realm };
    body.insert("access_token".to_owned(), world.issue(audience, Some(family), life_s).into());
    body.insert("token_type".to_owned(), "Bearer".into());
    if says_life {
        body.insert("expires_in".to_owned(), life_s.into());
    }
    body.insert("scope".to_owned(), scope.into());
    body.insert("account_id".to_owned(), "account-1".into());
    Ok(body)
}

fn read(format: Format, headers: &HeaderMap, body: &[u8]) -> Result<Parameters, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| (400, "invalid_request", "not UTF-8"))?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    match format {
        Format::Form if media_type == "application/x-www-form-urlencoded" => {
            parameters(text).map_err(|_| (400, "invalid_request", "a parameter comes twice"))
        }
        Format::Json if media_type == "application/json" => {
            serde_json::from_str(text).map_err(|_| (400, "invalid_request", "not an object of strings"))
        }
        _ => Err((415, "invalid_request", "not the content type that is documented")),
    }
}

/// The client, proved in the one way that it registered for.
fn authenticate(desk: &Desk, realm: &str, auth: ClientAuth, headers: &HeaderMap, given: &Parameters) -> Result<String, Refusal> {
    const FAILED: Refusal = (401, "invalid_client", "the client did not prove itself as it registered");
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().map_err(|_| FAILED)).transpose()?;
    let (id, secret) = match auth {
        ClientAuth::Basic => {
            let encoded = authorization.and_then(|value| value.strip_prefix("Basic ")).ok_or(FAILED)?;
            let decoded = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(FAILED)?;
            let (id, secret) = decoded.split_once(':').ok_or(FAILED)?;
            if given.contains_key("client_secret") {
                return Err(FAILED);
            }
            // Both are form-encoded first (RFC 6749, 2.3.1); ours hold nothing that this would change.
            (id.to_owned(), Some(secret.to_owned()))
        }
        ClientAuth::Body | ClientAuth::None => {
            if authorization.is_some() {
                return Err(FAILED);
            }
            (given.get("client_id").cloned().ok_or(FAILED)?, given.get("client_secret").cloned())
        }
    };
    let client = desk.clients.get(&id).filter(|client| client.realm == realm).ok_or(FAILED)?;
    if client.secret == secret { Ok(id) } else { Err(FAILED) }
}

fn exchange(world: &World, desk: &mut Desk, realm: &str, client: &str, given: &Parameters) -> Result<u64, Refusal> {
    let invalid = |why| (400, "invalid_grant", why);
    if let Some(verifier) = given.get("code_verifier") {
        world.remember("verifier", verifier);
    }
    let text = given.get("code").ok_or((400, "invalid_request", "no code"))?;
    let next = desk.families.len() as u64;
    let code = desk.codes.get_mut(text).filter(|code| code.realm == realm).ok_or(invalid("unknown code"))?;
    if let Some(family) = code.family {
        desk.families[family as usize].is_revoked = true;
        desk.count(realm).reuses += 1;
        world.revoke_family_tokens(family);
        return Err(invalid("the code was used before; its tokens are revoked"));
    }
    if now().since(code.issued_at) > CODE_LIFE {
        return Err(invalid("the code is too old"));
    }
    if code.client != client {
        return Err(invalid("the code is another client's"));
    }
    if given.get("redirect_uri") != Some(&code.redirect_uri) && code.challenge.is_some() {
        return Err(invalid("not the redirect URI of the authorization request"));
    }
    if given.get("resource") != code.resource.as_ref() {
        return Err((400, "invalid_target", "not the resource of the authorization request"));
    }
    match (&code.challenge, given.get("code_verifier")) {
        (Some(challenge), Some(verifier)) => {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(is_plain) {
                return Err(invalid("the verifier is not 43 to 128 unreserved characters"));
            }
            if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
                return Err(invalid("the verifier is not the challenge's"));
            }
        }
        (None, None) => {}
        // A verifier without a challenge is a sign of a downgrade (RFC 9700, 4.8.2).
        (None, Some(_)) | (Some(_), None) => return Err(invalid("challenge and verifier do not match")),
    }
    code.family = Some(next);
    let family = Family {
        realm: realm.to_owned(),
        client: client.to_owned(),
        scope: code.scope.clone(),
        resource: code.resource.clone(),
        is_revoked: false,
    };
    desk.families.push(family);
    Ok(next)
}

fn refresh(world: &World, desk: &mut Desk, realm: &str, client: &str, given: &Parameters) -> Result<u64, Refusal> {
    let invalid = |why| (400, "invalid_grant", why);
    let (grace, rotates) = (Duration::from_secs(desk.rules(realm).grace_s), desk.rules(realm).rotates);
    let text = given.get("refresh_token").ok_or((400, "invalid_request", "no refresh_token"))?;
    let token = desk.refreshes.get_mut(text).ok_or(invalid("unknown refresh token"))?;
    let id = token.family;
    let family = &mut desk.families[id as usize];
    if family.is_revoked || family.realm != realm || family.client != client {
        return Err(invalid("revoked, or another client's"));
    }
    if given.get("resource") != family.resource.as_ref() {
        return Err((400, "invalid_target", "not the resource of the authorization"));
    }
    if token.used_at.is_some_and(|at| now().since(at) >= grace) {
        family.is_revoked = true;
        desk.count(realm).reuses += 1;
        world.revoke_family_tokens(id);
        return Err(invalid("the refresh token was used before; all of its family is revoked"));
    }
    if rotates && token.used_at.is_none() {
        token.used_at = Some(now());
    }
    Ok(id)
}

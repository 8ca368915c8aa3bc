//! The three legs of OAuth 1.0a (RFC 5849, 2), its signed API, and `TBA`, which is the same without legs and with a realm.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, Path, RawQuery, State};
use axum::http::{HeaderMap, Method, Response, header};
use axum::routing::{any, get, post};
use serde_json::json;

use super::api::thing_of;
use super::direct::Accounts;
use super::{World, answer, found, page, parameters};

mod signature;

use signature::{Hash, Signed};

#[derive(Default)]
pub(super) struct Desk {
    /// Temporary credentials: token to secret, callback, and the verifier once somebody approved.
    temporary: BTreeMap<String, (String, String, Option<String>)>,
    /// Token to secret.
    tokens: BTreeMap<String, String>,
}

pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/oauth1/request-token", post(request_token))
        .route("/oauth1/authorize", get(authorize))
        .route("/oauth1/access-token", post(access_token))
        .route("/oauth1/api/{thing}", any(api))
        .route("/tba/api/{thing}", any(tba))
}

/// A request as the signature covers it.
struct Asked {
    method: Method,
    uri: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    fn signed(&self, world: &World) -> Result<Signed, String> {
        let content_type = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = content_type.starts_with("application/x-www-form-urlencoded");
        let form = if is_form { String::from_utf8_lossy(&self.body).into_owned() } else { String::new() };
        let authorization = self.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or("no Authorization")?;
        let signed = Signed::read(self.method.as_str(), &world.url(&self.uri), &form, authorization)?;
        known(world, signed)
    }
}

fn known(world: &World, signed: Signed) -> Result<Signed, String> {
    if signed.of("oauth_consumer_key") == world.accounts().consumer.0 { Ok(signed) } else { Err("unknown consumer".to_owned()) }
}

impl World {
    /// Whether a request of another stand-in's API, which has no form, is signed as `OAUTH1` wants it.
    pub(crate) fn takes_oauth1(&self, method: &str, url: &str, headers: &HeaderMap) -> Result<(), String> {
        self.verify_oauth1(&self.signed(method, url, headers)?)
    }

    /// The same for `TBA`.
    pub(crate) fn takes_tba(&self, method: &str, url: &str, headers: &HeaderMap) -> Result<(), String> {
        self.verify_tba(&self.signed(method, url, headers)?)
    }

    fn signed(&self, method: &str, url: &str, headers: &HeaderMap) -> Result<Signed, String> {
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or("no Authorization")?;
        known(self, Signed::read(method, url, "", authorization)?)
    }

    fn verify_oauth1(&self, signed: &Signed) -> Result<(), String> {
        let secret = self.state.oauth1.lock().unwrap().tokens.get(signed.of("oauth_token")).cloned().ok_or("unknown token")?;
        signed.verify(self, Hash::Sha1, &self.accounts().consumer.1, &secret)
    }

    fn verify_tba(&self, signed: &Signed) -> Result<(), String> {
        let Accounts { consumer, tba_token, tba_account, .. } = self.accounts();
        if signed.of("oauth_token") != tba_token.0 {
            return Err("unknown token".to_owned());
        }
        if signed.realm.as_deref() != Some(tba_account.as_str()) {
            return Err(format!("wrong realm {:?}", signed.realm));
        }
        signed.verify(self, Hash::Sha256, &consumer.1, &tba_token.1)
    }
}

fn unauthorized(why: &str) -> Response<Body> {
    answer(401, &json!({ "message": why }))
}

fn form(pairs: &[(&str, &str)]) -> Response<Body> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let content_type = "application/x-www-form-urlencoded";
    Response::builder().header(header::CONTENT_TYPE, content_type).body(Body::from(body)).expect("a response")
}

async fn request_token(
    State(world): State<World>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let asked = Asked { method, uri: uri.to_string(), headers, body };
    let check = || {
        let signed = asked.signed(&world)?;
        signed.verify(&world, Hash::Sha1, &world.accounts().consumer.1, "")?;
        let callback = signed.of("oauth_callback").to_owned();
        // Providers hold it against the registered address without its query, in which the state travels.
        let address = callback.split('?').next().unwrap_or_default();
        let is_allowed = world.oauth2().clients.values().any(|client| client.redirect_uris.iter().any(|registered| registered == address));
        if is_allowed { Ok(callback) } else { Err("the callback is not registered".to_owned()) }
    };
    match check() {
        Err(why) => unauthorized(&why),
        Ok(callback) => {
            let (token, secret) = (world.secret("temporary-token"), world.secret("temporary-secret"));
            world.state.oauth1.lock().unwrap().temporary.insert(token.clone(), (secret.clone(), callback, None));
            form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("oauth_callback_confirmed", "true")])
        }
    }
}

/// The person approves at once.
async fn authorize(State(world): State<World>, RawQuery(query): RawQuery) -> Response<Body> {
    let asked = parameters(query.as_deref().unwrap_or_default()).unwrap_or_default();
    let token = asked.get("oauth_token").cloned().unwrap_or_default();
    let verifier = world.secret("oauth-verifier");
    let mut desk = world.state.oauth1.lock().unwrap();
    let Some((_, callback, approved)) = desk.temporary.get_mut(&token) else { return page(400, "<h1>unknown token</h1>".to_owned()) };
    *approved = Some(verifier.clone());
    let mut back = url::Url::parse(callback).expect("a registered callback is a URL");
    back.query_pairs_mut().append_pair("oauth_token", &token).append_pair("oauth_verifier", &verifier);
    found(back.as_str())
}

async fn access_token(
    State(world): State<World>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let asked = Asked { method, uri: uri.to_string(), headers, body };
    let check = || {
        let signed = asked.signed(&world)?;
        // Temporary credentials serve once, also when the request that shows them is wrong.
        let taken = world.state.oauth1.lock().unwrap().temporary.remove(signed.of("oauth_token"));
        let (secret, _, verifier) = taken.ok_or("unknown temporary token")?;
        signed.verify(&world, Hash::Sha1, &world.accounts().consumer.1, &secret)?;
        if Some(signed.of("oauth_verifier")) != verifier.as_deref() {
            return Err("wrong verifier".to_owned());
        }
        Ok::<_, String>(())
    };
    if let Err(why) = check() {
        return unauthorized(&why);
    }
    let (token, secret) = (world.secret("oauth1-token"), world.secret("oauth1-secret"));
    world.state.oauth1.lock().unwrap().tokens.insert(token.clone(), secret.clone());
    form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("screen_name", "ada")])
}

async fn api(
    State(world): State<World>,
    Path(thing): Path<String>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let asked = Asked { method, uri: uri.to_string(), headers, body };
    let checked = asked.signed(&world).and_then(|signed| world.verify_oauth1(&signed));
    checked.map_or_else(|why| unauthorized(&why), |()| thing_of("oauth1", &thing))
}

async fn tba(
    State(world): State<World>,
    Path(thing): Path<String>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let asked = Asked { method, uri: uri.to_string(), headers, body };
    let checked = asked.signed(&world).and_then(|signed| world.verify_tba(&signed));
    checked.map_or_else(|why| unauthorized(&why), |()| thing_of("tba", &thing))
}

//! `JWT`: an API that takes tokens which the customer signs (RFC 7519), and checks of GitHub's app tokens.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, header};
use axum::routing::get;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::api::thing_of;
use super::{World, answer, keys};

pub(super) fn routes() -> Router<World> {
    Router::new().route("/jwt/api/{thing}", get(api))
}

/// The claims of the request's token, if its signature, its algorithm and its end are right.
pub(super) fn claims(world: &World, headers: &HeaderMap) -> Result<(Value, String), String> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = given.strip_prefix("Bearer ").ok_or("no bearer token")?;
    world.remember("signed-jwt", token);
    let mut validation = Validation::new(Algorithm::RS256);
    // Its times have whole seconds.
    validation.leeway = 1;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp"]);
    let key = DecodingKey::from_rsa_pem(keys::PUBLIC.as_bytes()).expect("our own key");
    let claims = decode::<Value>(token, &key, &validation).map_err(|error| error.to_string())?.claims;
    let key_id = decode_header(token).map_err(|error| error.to_string())?.kid.unwrap_or_default();
    let (Some(issued), Some(ends)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) else { return Err("no iat or exp".to_owned()) };
    // GitHub's own limit; whoever signs for longer has not read it.
    if ends - issued > 600 + 60 {
        return Err("a life of more than ten minutes".to_owned());
    }
    Ok((claims, key_id))
}

async fn api(State(world): State<World>, Path(thing): Path<String>, headers: HeaderMap) -> Response<Body> {
    match claims(&world, &headers) {
        Ok((claims, key_id)) if claims["iss"] == "issuer-1" && claims["aud"] == "stand-in" && key_id == "key-1" => thing_of("jwt", &thing),
        Ok(_) => answer(401, &json!({ "message": "wrong iss, aud or kid" })),
        Err(why) => answer(401, &json!({ "message": why })),
    }
}

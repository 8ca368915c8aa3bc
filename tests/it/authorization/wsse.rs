//! `SIGNATURE`: a WSSE UsernameToken (OASIS Web Services Security, UsernameToken Profile 1.0, 3.1).

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha1::{Digest as _, Sha1};
use std::time::Duration;
use syncline_domain::Timestamp;

use super::api::thing_of;
use super::{World, answer, hex, now};

/// An older token is somebody's copy.
const FRESH: Duration = Duration::from_secs(300);

pub(super) fn routes() -> Router<World> {
    Router::new().route("/wsse/api/{thing}", get(api))
}

async fn api(State(world): State<World>, Path(thing): Path<String>, headers: HeaderMap) -> Response<Body> {
    match check(&world, &headers) {
        Ok(()) => thing_of("wsse", &thing),
        Err(why) => answer(401, &json!({ "message": why })),
    }
}

fn check(world: &World, headers: &HeaderMap) -> Result<(), String> {
    let given = headers.get("x-wsse").and_then(|value| value.to_str().ok()).ok_or("no X-WSSE")?;
    let token = given.strip_prefix("UsernameToken ").ok_or("not a UsernameToken")?;
    let field = |name: &str| {
        let begin = token.find(&format!("{name}=\"")).ok_or(format!("no {name}"))? + name.len() + 2;
        Ok::<_, String>(token[begin..].split('"').next().unwrap_or_default().to_owned())
    };
    let (username, digest, nonce, created) = (field("Username")?, field("PasswordDigest")?, field("Nonce")?, field("Created")?);
    if username != world.accounts().username {
        return Err("unknown user".to_owned());
    }
    let at = Timestamp::parse(&created).map_err(|defect| defect.to_string())?;
    if now().since(at) > FRESH {
        return Err("stale".to_owned());
    }
    // The profile hashes the nonce's bytes; the API that made this mode known hashes its text and writes the digest's hexadecimal in base64.
    let bytes = STANDARD.decode(&nonce).map_err(|_| "the nonce is not base64")?;
    let of = |nonce: &[u8]| Sha1::new().chain_update(nonce).chain_update(&created).chain_update(&world.accounts().password).finalize();
    let profile = STANDARD.encode(of(&bytes));
    let variant = STANDARD.encode(hex(&of(nonce.as_bytes())));
    if digest != profile && digest != variant {
        return Err("wrong digest".to_owned());
    }
    if !world.is_fresh(&nonce) {
        return Err("the nonce was used before".to_owned());
    }
    Ok(())
}

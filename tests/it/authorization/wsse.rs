//! `SIGNATURE`: a WSSE UsernameToken in a header, as Atom had it.

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
use super::{World, answer, now};

/// An older token is somebody's copy. The entry's `lifetime_s` is 2; its time has whole seconds.
const FRESH: Duration = Duration::from_secs(3);

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
    if digest != digest_of(&nonce, &created, &world.accounts().password) {
        return Err("wrong digest".to_owned());
    }
    // The same token may come again while it is fresh; its nonce with another time is somebody who only knows the nonce.
    if world.is_fresh(&format!("{nonce} {created}")) && !world.is_fresh(&nonce) {
        return Err("the nonce was used before".to_owned());
    }
    world.remember("wsse-token", token);
    Ok(())
}

fn digest_of(nonce: &str, created: &str, password: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(nonce).chain_update(created).chain_update(password).finalize())
}

/// The example of the page that made the protocol known: <https://www.xml.com/pub/a/2003/12/17/dive.html>.
#[test]
fn the_protocols_example_is_right() {
    let digest = digest_of("d36e316282959a9ed4c89851497a717f", "2003-12-15T14:43:07Z", "taadtaadpstcsm");
    assert_eq!(digest, "quR/EWLAV4xLf9Zqyw4pDmfV9OY=");
}

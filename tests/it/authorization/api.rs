//! What a connection is for.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::tokens::unauthorized;
use super::{World, answer};

/// APIs that take any live bearer token that was issued for them; others have routes of their own.
pub(super) fn routes() -> Router<World> {
    Router::new().route("/{audience}/api/{thing}", get(bearer))
}

async fn bearer(State(world): State<World>, Path((audience, thing)): Path<(String, String)>, headers: HeaderMap) -> Response<Body> {
    world.admit(&audience, &headers).map_or_else(unauthorized, |_| thing_of(&audience, &thing))
}

/// Says nothing of what it was sent.
pub(super) fn thing_of(owner: &str, thing: &str) -> Response<Body> {
    match thing {
        "me" => answer(200, &json!({ "me": owner })),
        "items" => answer(200, &(0..3).map(|id| json!({ "id": id.to_string(), "owner": owner })).collect::<Value>()),
        _ => answer(404, &json!({ "message": "no such thing" })),
    }
}

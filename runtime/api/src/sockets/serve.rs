//! `GET /`: the WebSocket on which a page learns how the authorization in its popup went. A browser that comes by on foot is sent to the console.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::UPGRADE;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::{Instant, interval, interval_at, sleep_until};
use uuid::Uuid;

use super::{LIFETIME, LOOK_EVERY, Place, look};
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

/// Load balancers close what is silent for 60 s or more.
const PING_EVERY: Duration = Duration::from_secs(30);
/// What a page needs to close the socket itself once it knows its result.
const LINGER: Duration = Duration::from_secs(30);
/// Pages say nothing here.
const MAX_MESSAGE_BYTES: usize = 4 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Of a socket that was lost: its result may have come meanwhile.
    #[serde(default)]
    ws_client_id: Option<Uuid>,
}

/// Upgrades, and says by which id the page's flows are known.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    query: Result<Query<Params>, ApiError>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    if !headers.contains_key(UPGRADE) {
        return Ok(Redirect::temporary("/console").into_response());
    }
    let Query(params) = query?;
    let upgrade = upgrade.map_err(|rejection| ApiError::new(rejection.status(), "invalid_websocket_upgrade", rejection.body_text()))?;
    let client = params.ws_client_id.unwrap_or_else(|| uuid::Builder::from_random_bytes((app.randomness)()).into_uuid());
    let full =
        || ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_sockets", "too many sign-ins are under way; try again in a minute");
    let (place, result) = app.sockets.enter(client).ok_or_else(full)?;
    let upgrade = upgrade.max_message_size(MAX_MESSAGE_BYTES).max_frame_size(MAX_MESSAGE_BYTES);
    Ok(upgrade.on_upgrade(move |socket| serve(app, socket, place, result)))
}

/// Until the page leaves, has its result for a while, or has waited for as long as a flow may take.
async fn serve(app: Arc<App>, mut socket: WebSocket, place: Place, mut result: oneshot::Receiver<String>) {
    let client = place.client.to_string();
    let hello = json!({ "message_type": "connection_ack", "ws_client_id": client });
    if socket.send(Message::text(hello.to_string())).await.is_err() {
        return;
    }
    let mut end = Instant::now() + LIFETIME;
    let mut is_done = false;
    let mut turn = interval(LOOK_EVERY);
    let mut ping = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    loop {
        tokio::select! {
            message = &mut result, if !is_done => {
                // Without a message, a later socket of this client has taken over.
                let Ok(message) = message else { break };
                if socket.send(Message::text(message)).await.is_err() {
                    return;
                }
                if let Err(error) = app.store.flow_results().delete(&client).await {
                    tracing::debug!(error.reason = %error, "a result that was sent is kept until it expires");
                }
                is_done = true;
                end = Instant::now() + LINGER;
            }
            _ = turn.tick(), if !is_done => look(&app).await,
            _ = ping.tick() => if socket.send(Message::Ping(bytes::Bytes::new())).await.is_err() { return },
            // Pongs, and what a page should not say.
            incoming = socket.recv() => if !matches!(incoming, Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Text(_) | Message::Binary(_)))) { return },
            () = sleep_until(end) => break,
        }
    }
    let _ = socket.send(Message::Close(None)).await;
}

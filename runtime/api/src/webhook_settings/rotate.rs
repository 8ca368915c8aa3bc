//! `POST /environment/webhook-signing-key/rotate`. Wire contract 1.20.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::Envelope;
use crate::query::Bounded;
use crate::state::App;

/// Long enough to deploy a receiver, unless somebody is away.
pub(crate) const OVERLAP: Duration = Duration::from_hours(24);

/// How to rotate.
#[derive(Deserialize, ToSchema)]
#[schema(as = RotateWebhookSigningKey)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// For so long the key before signs as well; 24 where it is left out. 0 ends it at once, as for a key that got out
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 720)]
    overlap_hours: Option<Bounded<0, 720>>,
}

/// The new key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct WebhookSigningKey {
    webhook_signing_key: String,
    /// Until when the key before signs as well; `null` where it does not
    #[schema(value_type = Option<String>, required = true, format = DateTime)]
    previous_key_valid_until: Option<String>,
}

/// Rotate the webhook signing key
///
/// The new key, in the one answer that shows it. During the overlap `Webhook-Signature` holds a signature by each of the two keys, while
/// `X-Nango-Signature` and `X-Nango-Hmac-Sha256` are by the key before; then everything is by the new key alone. A rotation within an overlap
/// ends it.
#[utoipa::path(
    post,
    path = "/environment/webhook-signing-key/rotate",
    operation_id = "rotateWebhookSigningKey",
    tag = "environments",
    request_body = Body,
    responses((status = 200, description = "The new key", body = Envelope<WebhookSigningKey>))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:webhook_signing_key:rotate")?;
    let overlap = body.overlap_hours.map_or(OVERLAP, |Bounded(hours)| Duration::from_hours(hours.into()));
    let (settings, now) = (app.store.webhook_settings(), app.clock.now());
    let key = settings.rotate_signing_key(caller.environment(), overlap, now).await?;
    let until = settings.lookup(caller.environment()).await?.previous_key.map(|(_, until)| until);
    Ok(Json(json!({ "data": { "webhook_signing_key": key.expose(), "previous_key_valid_until": until } })))
}

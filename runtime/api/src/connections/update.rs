//! `PATCH /connections/:connection`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::Tags;
use syncline_store::ConnectionPatch;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::end_user::{self, EndUserBody};
use crate::connections::find::{self, InIntegration};
use crate::connections::{tags, webhook_url};
use crate::error::ApiError;
use crate::openapi::Success;
use crate::query::Query;
use crate::state::App;

/// What to change.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConnectionChange)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Also sets the tags `end_user_id`, `end_user_email` and `end_user_display_name`
    #[serde(default)]
    end_user: Option<EndUserBody>,
    /// Replaces all tags. At most ten. A key is a letter, then letters, digits and `_ - . /`, 64 characters at most, kept in lower case; a value has 1 to 255
    /// characters
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    tags: Option<Tags>,
    /// An absolute http or https URL; an empty text clears it
    #[serde(default)]
    webhook_url_override: Option<String>,
}

/// Change a connection
///
/// Changes what is given; `tags` replaces all tags.
#[utoipa::path(
    patch,
    path = "/connections/{connection}",
    operation_id = "patchConnection",
    tag = "connections",
    params(
        ("connection" = String, Path, description = "Id of the connection", example = "f3f62f2e-6c3f-4bd3-9d5c-1a8d8a4c3b52"),
        InIntegration
    ),
    request_body(content = Body, example = json!({ "tags": { "plan": "gold" } })),
    responses((status = 200, description = "It is changed", body = Success))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(connection): Path<String>,
    Query(of): Query<InIntegration>,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:connections:update")?;
    let row = find::in_path(&app, caller.environment(), of.provider_config_key, &connection).await?;
    let end_user = body.end_user.map(EndUserBody::check).transpose()?;
    let given = body.tags.map(tags::check).transpose()?;
    let tags = match (given, &end_user) {
        (None, None) => None,
        (given, end_user) => Some(end_user::tagged(given.unwrap_or(row.tags), end_user.as_ref())),
    };
    let patch = ConnectionPatch {
        end_user: end_user.map(Some),
        tags,
        webhook_url_override: body.webhook_url_override.as_deref().map(webhook_url::check).transpose()?,
        now: app.clock.now(),
        ..ConnectionPatch::default()
    };
    app.store.connections().update(row.id, patch).await?.ok_or_else(|| ApiError::not_found("the connection was deleted meanwhile"))?;
    Ok(Json(json!({ "success": true })))
}

//! `PATCH /connections/:connection`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::Tags;
use syncline_store::ConnectionPatch;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::end_user::{self, EndUserBody};
use crate::connections::find::{self, InIntegration};
use crate::connections::{tags, webhook_url};
use crate::error::ApiError;
use crate::query::Query;
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default)]
    end_user: Option<EndUserBody>,
    #[serde(default)]
    tags: Option<Tags>,
    #[serde(default)]
    webhook_url_override: Option<String>,
}

/// Changes what is given; `tags` replaces all tags.
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

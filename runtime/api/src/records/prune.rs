//! `PATCH /records/prune`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{ModelName, Variant};
use syncline_store::CollectionRef;

use crate::addressed::Addressed;
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::find;
use crate::error::ApiError;
use crate::query::Bounded;
use crate::state::App;

const DEFAULT_LIMIT: u32 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    model: ModelName,
    #[serde(default)]
    variant: Option<Variant>,
    until_cursor: String,
    #[serde(default)]
    limit: Option<Bounded<1, 10_000>>,
}

/// Empties the payloads up to and including the cursor's record; ids and metadata stay.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Addressed(of): Addressed,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:records:write")?;
    let connection = find::addressed_row(&app, caller.environment(), &of).await?;
    let collection = CollectionRef { connection, model: body.model, variant: body.variant.unwrap_or_else(Variant::base) };
    let limit = body.limit.map_or(DEFAULT_LIMIT, |Bounded(limit)| limit);
    let pruned = app.store.records().prune(collection, &body.until_cursor, limit, app.clock.now()).await?;
    Ok(Json(json!({ "count": pruned.count, "has_more": pruned.has_more })))
}

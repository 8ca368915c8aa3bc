//! `PATCH /records/prune`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{ModelName, Variant};
use syncline_store::CollectionRef;
use utoipa::ToSchema;

use crate::addressed::{Address, Addressed};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::find;
use crate::error::ApiError;
use crate::openapi::{ModelNameText, VariantText};
use crate::query::Bounded;
use crate::state::App;

const DEFAULT_LIMIT: u32 = 1_000;

/// Which payloads to empty.
#[derive(Deserialize, ToSchema)]
#[schema(as = PruneRecords)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(value_type = ModelNameText)]
    model: ModelName,
    #[serde(default)]
    #[schema(value_type = Option<VariantText>)]
    variant: Option<Variant>,
    /// A record's `cursor`: this record is the last that is emptied
    until_cursor: String,
    #[serde(default)]
    /// At most so many; 1,000 where it is left out
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000)]
    limit: Option<Bounded<1, 10_000>>,
}

/// What was emptied.
#[derive(ToSchema)]
#[schema(as = PrunedRecords)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct Pruned {
    count: u64,
    /// Whether the limit ended it before the cursor did
    has_more: bool,
}

/// Prune records
///
/// Empties the payloads up to and including the cursor's record; ids and metadata stay.
#[utoipa::path(
    patch,
    path = "/records/prune",
    operation_id = "pruneRecords",
    tag = "records",
    params(Address),
    request_body = Body,
    responses((status = 200, description = "How many were emptied", body = Pruned))
)]
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

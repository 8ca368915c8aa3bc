//! `PUT /sync/update-connection-frequency`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{ConnectionName, ConnectionRef, Frequency, FrequencyDefect, FunctionName, IntegrationKey, Variant};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::find;
use crate::error::ApiError;
use crate::openapi::{ConnectionIdText, FunctionNameText, IntegrationKeyText, VariantText};
use crate::state::App;
use crate::syncs::schedule::next_due;

/// A sync on one connection, and how often it runs.
#[derive(Deserialize, ToSchema)]
#[schema(as = SetFrequency)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(value_type = FunctionNameText)]
    sync_name: FunctionName,
    #[serde(default = "Variant::base")]
    #[schema(value_type = VariantText)]
    sync_variant: Variant,
    #[schema(value_type = IntegrationKeyText)]
    provider_config_key: IntegrationKey,
    #[schema(value_type = ConnectionIdText)]
    connection_id: ConnectionName,
    /// `null` is the way back to the function's own schedule; it must be said.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true, example = "every 2 hours")]
    frequency: Option<String>,
}

/// How often the sync runs now.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct SyncFrequency {
    /// `null` for a sync that has no schedule
    #[schema(required = true)]
    frequency: Option<String>,
}

/// Set how often a sync runs
///
/// Gives one sync on one connection a frequency of its own, or takes it back.
#[utoipa::path(
    put,
    path = "/sync/update-connection-frequency",
    operation_id = "updateSyncConnectionFrequency",
    tag = "syncs",
    request_body = Body,
    responses((status = 200, description = "How often it runs now", body = SyncFrequency))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Json<Value>, ApiError> {
    caller.require("environment:syncs:update")?;
    let frequency = body
        .frequency
        .as_deref()
        .map(Frequency::parse)
        .transpose()
        .map_err(|defect: FrequencyDefect| ApiError::invalid_body(&["frequency"], defect.to_string()))?;
    let of = ConnectionRef { integration: body.provider_config_key, connection: body.connection_id };
    let connection = find::addressed(&app, caller.environment(), &of).await?;
    let unknown = || ApiError::bad_request("unknown_sync", format!("the connection has no sync `{}`", body.sync_name));
    let sync = app.store.syncs().lookup(connection.id, &body.sync_name, &body.sync_variant).await?.ok_or_else(unknown)?;
    let function = app.store.functions().lookup(sync.function).await?.ok_or_else(unknown)?;
    let text = frequency.as_ref().map(|frequency| frequency.text().to_owned());
    let next = next_due(&sync, &function.definition, text.as_deref(), app.clock.now());
    app.store.syncs().set_frequency(sync.id, text.clone(), next).await?;
    // What was set comes back without `every`, the function's own with it: contract 11.1 S3.
    let shown = text.or_else(|| function.definition.schedule_with(None).map(|schedule| schedule.text()));
    Ok(Json(json!({ "frequency": shown })))
}

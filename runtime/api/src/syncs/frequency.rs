//! `PUT /sync/update-connection-frequency`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{ConnectionName, ConnectionRef, Frequency, FrequencyDefect, FunctionName, IntegrationKey, SyncState, Variant};

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::find;
use crate::error::ApiError;
use crate::state::App;
use crate::syncs::schedule::next_due;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    sync_name: FunctionName,
    #[serde(default = "Variant::base")]
    sync_variant: Variant,
    provider_config_key: IntegrationKey,
    connection_id: ConnectionName,
    /// `null` is the way back to the function's own schedule; it must be said.
    #[serde(deserialize_with = "Option::deserialize")]
    frequency: Option<String>,
}

/// Gives one sync on one connection a frequency of its own, or takes it back.
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
    let next = match sync.state {
        SyncState::Started => next_due(&sync, &function.definition, text.as_deref(), app.clock.now()),
        SyncState::Paused => None,
    };
    app.store.syncs().set_frequency(sync.id, text.clone(), next).await?;
    // What was set comes back without `every`, the function's own with it: contract 11.1 S3.
    let shown = text.or_else(|| function.definition.schedule_with(None).map(|schedule| schedule.text()));
    Ok(Json(json!({ "frequency": shown })))
}

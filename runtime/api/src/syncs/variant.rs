//! `POST` and `DELETE /sync/:name/variant/:variant`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::{
    ConnectionName, ConnectionRef, FunctionKind, FunctionName, IntegrationKey, OperationKind, SyncId, SyncState, Trigger, Variant,
};
use syncline_store::{ConnectionRow, Constraint, Error as StoreError, NewSync, TriggerSync};
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::find;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::openapi::{ConnectionIdText, FunctionNameText, IntegrationKeyText, Success, VariantText};
use crate::state::App;

/// Keeps one connection from taking all workers.
const MAX_SYNCS_PER_CONNECTION: usize = 100;

/// The connection that the variant is on.
#[derive(Deserialize, ToSchema)]
#[schema(as = VariantOf)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[schema(value_type = IntegrationKeyText)]
    provider_config_key: IntegrationKey,
    #[schema(value_type = ConnectionIdText)]
    connection_id: ConnectionName,
}

/// A variant that was made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct SyncVariant {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    variant: String,
}

/// Make a variant of a sync
///
/// It runs at once where the sync starts by itself, and is paused where not.
#[utoipa::path(
    post,
    path = "/sync/{name}/variant/{variant}",
    operation_id = "createSyncVariant",
    tag = "syncs",
    params(
        ("name" = FunctionNameText, Path, description = "Name of the sync"),
        ("variant" = VariantText, Path, description = "Name of the variant; not `base`")
    ),
    request_body = Body,
    responses((status = 200, description = "The variant", body = SyncVariant))
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(names): Path<(String, String)>,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:syncs:variant:create")?;
    let (name, variant, connection) = resolve(&app, &caller, names, body).await?;
    let id = make(&app, &connection, &name, &variant).await?;
    note(&app, &caller, OperationKind::SyncCreateVariant, &connection, &name, format!("made variant {variant} of {name}"));
    Ok(Json(json!({ "id": id, "name": name, "variant": variant })))
}

/// Makes it, and has it run where the sync starts by itself.
pub(crate) async fn make(app: &App, connection: &ConnectionRow, name: &FunctionName, variant: &Variant) -> Result<SyncId, ApiError> {
    let functions = app.store.functions();
    let function = functions.lookup_by_name(connection.integration, FunctionKind::Sync, name).await?;
    let function = function.ok_or_else(|| {
        ApiError::bad_request("unknown_sync", format!("sync `{name}` is not deployed to `{}`", connection.integration_key))
    })?;
    if app.store.syncs().list_for_connection(connection.id).await?.len() >= MAX_SYNCS_PER_CONNECTION {
        let message = format!("a connection has at most {MAX_SYNCS_PER_CONNECTION} syncs, variants included");
        return Err(ApiError::bad_request("resource_capped", message));
    }
    let now = app.clock.now();
    let started = function.definition.auto_start;
    let new = NewSync {
        function: function.id,
        name: name.clone(),
        variant: variant.clone(),
        state: if started { SyncState::Started } else { SyncState::Paused },
        frequency_override: None,
        next_run_at: None,
    };
    let id = app.store.syncs().insert(connection.id, new, now).await.map_err(|error| match error {
        StoreError::Conflict { constraint: Constraint::Sync } => {
            ApiError::bad_request("sync_variant_already_exists", format!("the connection has variant `{variant}` of sync `{name}` already"))
        }
        StoreError::Conflict { constraint: Constraint::Reference } => ApiError::unknown_connection(),
        other => other.into(),
    })?;
    if started {
        let next =
            function.definition.schedule_with(None).and_then(|schedule| schedule.next_after_start(now, syncline_store::schedule_seed(id)));
        app.store.syncs().set_state(id, SyncState::Started, next).await?;
        app.store.syncs().trigger(id, TriggerSync { reset: false, empty_cache: false, trigger: Trigger::Api, now }).await?;
    }
    Ok(id)
}

/// End a variant of a sync
///
/// Its records stay until the connection goes.
#[utoipa::path(
    delete,
    path = "/sync/{name}/variant/{variant}",
    operation_id = "deleteSyncVariant",
    tag = "syncs",
    params(
        ("name" = FunctionNameText, Path, description = "Name of the sync"),
        ("variant" = VariantText, Path, description = "Name of the variant; not `base`")
    ),
    request_body = Body,
    responses((status = 200, description = "It is gone", body = Success))
)]
pub(crate) async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(names): Path<(String, String)>,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("environment:syncs:variant:delete")?;
    let (name, variant, connection) = resolve(&app, &caller, names, body).await?;
    let unknown = || ApiError::not_found(format!("the connection has no variant `{variant}` of sync `{name}`"));
    let sync = app.store.syncs().lookup(connection.id, &name, &variant).await?.ok_or_else(unknown)?;
    app.store.syncs().delete(sync.id, app.clock.now()).await?;
    note(&app, &caller, OperationKind::SyncDeleteVariant, &connection, &name, format!("deleted variant {variant} of {name}"));
    Ok(Json(json!({ "success": true })))
}

fn note(app: &App, caller: &Caller, kind: OperationKind, connection: &ConnectionRow, name: &FunctionName, summary: String) {
    let note = app.operation(caller.environment(), kind).by(caller).of(&connection.integration_key).on(&connection.name).function(name);
    note.succeeded(app, summary, &json!({}));
}

async fn resolve(
    app: &App,
    caller: &Caller,
    (name, variant): (String, String),
    body: Body,
) -> Result<(FunctionName, Variant, ConnectionRow), ApiError> {
    let wrong = |field: &str, problem: String| ApiError::invalid("invalid_uri_params", Issue::new("invalid_format", &[field], problem));
    let name = FunctionName::new(name).map_err(|defect| wrong("name", defect.to_string()))?;
    let variant = Variant::new(variant).map_err(|defect| wrong("variant", defect.to_string()))?;
    if variant.is_base() {
        return Err(ApiError::bad_request("invalid_variant", "the variant `base` belongs to the sync itself"));
    }
    let of = ConnectionRef { integration: body.provider_config_key, connection: body.connection_id };
    if app.store.integrations().lookup(caller.environment(), &of.integration).await?.is_none() {
        return Err(ApiError::unknown_integration(of.integration.as_str()));
    }
    Ok((name, variant, find::addressed(app, caller.environment(), &of).await?))
}

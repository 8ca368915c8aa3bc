//! `GET /integrations/:key`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::wire::{ClientSettings, Integration};
use crate::integrations::{find, wire};
use crate::issue::Issue;
use crate::openapi::Envelope;
use crate::query::{Query, Repeated};
use crate::state::App;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What to add; may be repeated
    #[serde(default)]
    #[param(value_type = Vec<Include>, required = false, inline)]
    include: Repeated,
}

#[derive(serde::Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes what the handler checks by hand")]
enum Include {
    Webhook,
    Credentials,
}

/// An integration, with what was asked for besides.
#[derive(serde::Serialize, ToSchema)]
struct IntegrationDetails {
    #[serde(flatten)]
    integration: Integration,
    /// With `include=webhook`: the address for the provider's webhooks
    #[schema(required = false)]
    webhook_url: Option<String>,
    /// With `include=credentials`, for a key that may read them: the client; `null` for providers that want none
    #[schema(required = false)]
    credentials: Option<ClientSettings>,
}

/// Show an integration
///
/// `include=credentials` is left out without the scope for it.
#[utoipa::path(
    get,
    path = "/integrations/{key}",
    operation_id = "getIntegration",
    tag = "integrations",
    params(("key" = String, Path, description = "Key of the integration", example = "github"), Params),
    responses((status = 200, description = "The integration", body = Envelope<IntegrationDetails>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(key): Path<String>,
    Query(params): Query<Params>,
) -> Result<Json<Value>, ApiError> {
    const READ_CREDENTIALS: &str = "environment:integrations:read_credentials";
    caller.require_any(&["environment:integrations:read", READ_CREDENTIALS])?;
    if let Some(other) = params.include.0.iter().find(|include| !matches!(include.as_str(), "webhook" | "credentials")) {
        let issue = Issue::new("invalid_value", &["include"], format!("`{other}` cannot be included; use `webhook` or `credentials`"));
        return Err(ApiError::invalid("invalid_query_params", issue));
    }
    let row = find::integration(&app, caller.environment(), &key).await?;
    let mut data = wire::integration(&app, &row);
    let wanted = |include: &str| params.include.0.iter().any(|wanted| wanted == include);
    if wanted("webhook") {
        let environment = app.store.environments().lookup(row.environment).await?;
        data["webhook_url"] = environment.map(|environment| String::from(app.connect.webhook_url(environment.uuid, &row.key))).into();
    }
    if wanted("credentials") && caller.may(READ_CREDENTIALS) {
        data["credentials"] = syncline_connect::exposed_client(app.catalogue.get(&row.provider).map(AsRef::as_ref), &row);
    }
    Ok(Json(json!({ "data": data })))
}

//! `DELETE /environment/api-keys`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::ApiKeyId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::AccountCaller;
use crate::body::JsonBody;
use crate::environments::environment;
use crate::error::ApiError;
use crate::state::App;

/// An API key to delete.
#[derive(Deserialize, ToSchema)]
#[schema(as = DeleteApiKey)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Its environment
    #[schema(value_type = String, format = "uuid")]
    environment_id: Uuid,
    /// Its id
    key_id: String,
}

/// That it is done.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct DeletedApiKey {
    success: bool,
}

/// Delete an API key
///
/// It stops working at once on the node that answers, and within three seconds on others.
#[utoipa::path(
    delete,
    path = "/environment/api-keys",
    operation_id = "deleteApiKey",
    tag = "environments",
    request_body = Body,
    security(("account_key" = [])),
    responses((status = 200, description = "Deleted", body = DeletedApiKey))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: AccountCaller,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("account:environments:api_keys:delete")?;
    let environment = environment(&app, body.environment_id).await?;
    let deleted = match body.key_id.parse() {
        Ok(id) => app.store.api_keys().delete(environment.id, ApiKeyId(id)).await?,
        Err(_) => false,
    };
    app.keys.forget();
    if deleted {
        return Ok(Json(json!({ "success": true })));
    }
    Err(ApiError::not_found(format!("`{}` has no key {}; `GET /environment/api-keys` lists its keys", environment.name, body.key_id)))
}

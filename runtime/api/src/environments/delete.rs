//! `DELETE /environments/:environmentId`

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use uuid::Uuid;

use crate::auth::AccountCaller;
use crate::environments::environment;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::state::App;

/// Delete an environment
///
/// Its keys stop working at once and its name is free again. Its connections, records, runs and all else are removed in the background.
#[utoipa::path(
    delete,
    path = "/environments/{environmentId}",
    operation_id = "deleteEnvironment",
    tag = "environments",
    params(("environmentId" = String, Path, format = "uuid", description = "The environment's id")),
    security(("account_key" = [])),
    responses((status = 204, description = "Deleted"))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: AccountCaller, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    caller.require("account:environments:delete")?;
    let id = Uuid::parse_str(&id)
        .map_err(|_| ApiError::invalid("invalid_uri_params", Issue::new("invalid_format", &["environmentId"], "is not a UUID")))?;
    let row = environment(&app, id).await?;
    if row.is_production {
        let message = format!("`{}` is for production and cannot be deleted", row.name);
        return Err(ApiError::bad_request("cannot_delete_prod_environment", message));
    }
    let deleted = app.store.environments().delete(row.id, app.clock.now()).await?;
    app.keys.forget();
    // Somebody else was faster.
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found(format!("there is no environment {id}"))) }
}

//! `GET /integrations/:key`

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::integrations::{find, settings, wire};
use crate::issue::Issue;
use crate::query::{Query, Repeated};
use crate::state::App;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    #[serde(default)]
    include: Repeated,
}

/// One integration; `include=credentials` is left out without the scope for it.
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
        // Incoming webhooks have no address yet.
        data["webhook_url"] = Value::Null;
    }
    if wanted("credentials") && caller.may(READ_CREDENTIALS) {
        data["credentials"] = settings::exposed_client(app.catalogue.get(&row.provider).map(AsRef::as_ref), &row);
    }
    Ok(Json(json!({ "data": data })))
}

//! `POST /environment/api-keys`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use syncline_domain::Secret;
use syncline_store::{ApiKeyRow, Constraint, EnvironmentRow, Error as StoreError, NewApiKey};
use utoipa::ToSchema;
use uuid::Uuid;

use super::wire::{self, CreatedApiKey};
use crate::auth::AccountCaller;
use crate::body::JsonBody;
use crate::environments::environment;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::openapi::Envelope;
use crate::scope;
use crate::state::App;

/// Wire contract 8.2.
const MAX: u32 = 50;
const MAX_NAME_CHARS: usize = 255;

/// An API key to make.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewApiKey)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// The environment that it opens
    #[schema(value_type = String, format = "uuid")]
    environment_id: Uuid,
    /// For people; unique in the environment
    #[schema(min_length = 1, max_length = 255)]
    display_name: String,
    /// What it may do; everything in its environment where this is left out
    #[serde(default)]
    #[schema(min_items = 1)]
    scopes: Option<Vec<String>>,
}

/// Make an API key
///
/// The answer is the only place where the key itself is ever shown.
#[utoipa::path(
    post,
    path = "/environment/api-keys",
    operation_id = "createApiKey",
    tag = "environments",
    request_body = Body,
    security(("account_key" = [])),
    responses((status = 200, description = "The new key", body = Envelope<CreatedApiKey>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: AccountCaller,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("account:environments:api_keys:create")?;
    let environment = environment(&app, body.environment_id).await?;
    let (row, secret) = make(&app, &environment, body.display_name, body.scopes).await?;
    let mut shown = wire::api_key(&row);
    shown["secret"] = json!(secret.expose());
    Ok(Json(json!({ "data": shown })))
}

/// Makes a key; with every scope of an environment where none are given.
pub(crate) async fn make(
    app: &App,
    environment: &EnvironmentRow,
    display_name: String,
    scopes: Option<Vec<String>>,
) -> Result<(ApiKeyRow, Secret), ApiError> {
    match display_name.chars().count() {
        0 => return Err(ApiError::invalid("invalid_body", Issue::new("too_small", &["display_name"], "is empty"))),
        count if count > MAX_NAME_CHARS => {
            let issue = Issue::new("too_big", &["display_name"], format!("has {MAX_NAME_CHARS} characters at most"));
            return Err(ApiError::invalid("invalid_body", issue));
        }
        _ => {}
    }
    let scopes = scopes.unwrap_or_else(|| vec![scope::ALL_OF_ENVIRONMENT.to_owned()]);
    let scopes = scope::checked(scopes).map_err(|issues| ApiError::all_invalid("invalid_body", issues))?;
    let secret = uuid::Builder::from_random_bytes((app.randomness)()).into_uuid().to_string();
    let new = NewApiKey {
        environment: environment.id,
        display_name: display_name.clone(),
        hash: Sha256::digest(&secret).into(),
        scopes,
        now: app.clock.now(),
    };
    let row = app.store.api_keys().insert(new, MAX).await.map_err(|error| match error {
        StoreError::Conflict { constraint: Constraint::ApiKey } => {
            let message = format!("`{}` has a key named `{display_name}` already", environment.name);
            ApiError::new(StatusCode::CONFLICT, "conflict", message)
        }
        // Deleted a moment ago.
        StoreError::Conflict { constraint: Constraint::Reference } => {
            ApiError::not_found(format!("there is no environment {}", environment.uuid))
        }
        StoreError::Full { limit } => {
            let message = format!("`{}` has {limit} keys already, and cannot have more; delete one that nobody uses", environment.name);
            ApiError::bad_request("resource_capped", message)
        }
        other => other.into(),
    })?;
    Ok((row, Secret::new(secret)))
}

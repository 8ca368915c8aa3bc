//! `POST /environments`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_domain::EnvironmentName;
use syncline_store::{Constraint, EnvironmentRow, Error as StoreError, NewEnvironment};
use utoipa::ToSchema;

use crate::auth::AccountCaller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::openapi::Envelope;
use crate::state::App;

/// Wire contract 1.20; the console shows them all on one page.
const MAX: u32 = 100;
/// It is there from the first start.
const PRODUCTION: &str = "prod";

/// An environment to make.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewEnvironment)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Lower-case letters, digits, `_` and `-`
    #[schema(value_type = String, min_length = 1, max_length = 255, pattern = "^[a-z0-9_-]+$")]
    name: EnvironmentName,
    /// Whether it is for production, and so cannot be deleted. Needs the scope `account:environments:set_production`
    #[serde(default)]
    is_production: Option<bool>,
    #[serde(default)]
    #[schema(ignore)]
    callback_url: Value,
    #[serde(default)]
    #[schema(ignore)]
    hmac_key: Value,
    #[serde(default)]
    #[schema(ignore)]
    hmac_enabled: Value,
    #[serde(default)]
    #[schema(ignore)]
    slack_notifications: Value,
    #[serde(default)]
    #[schema(ignore)]
    otlp_endpoint: Value,
    #[serde(default)]
    #[schema(ignore)]
    otlp_headers: Value,
}

/// The new environment.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct CreatedEnvironment {
    #[schema(format = "uuid")]
    id: String,
    name: String,
}

/// Make an environment
///
/// It has no API key yet: `POST /environment/api-keys` makes one.
#[utoipa::path(
    post,
    path = "/environments",
    operation_id = "createEnvironment",
    tag = "environments",
    request_body = Body,
    security(("account_key" = [])),
    responses((status = 200, description = "The new environment", body = Envelope<CreatedEnvironment>))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: AccountCaller,
    JsonBody(body): JsonBody<Body>,
) -> Result<Json<Value>, ApiError> {
    caller.require("account:environments:create")?;
    let issues = body.unsupported();
    if !issues.is_empty() {
        return Err(ApiError::all_invalid("invalid_body", issues));
    }
    let is_production = body.is_production.unwrap_or(false);
    if body.name.as_str() == PRODUCTION && !is_production {
        return Err(ApiError::bad_request("invalid_is_prod_flag", format!("`{PRODUCTION}` is for production")));
    }
    if is_production {
        caller.require("account:environments:set_production")?;
    }
    let row = make(&app, body.name, is_production).await?;
    Ok(Json(json!({ "data": { "id": row.uuid, "name": row.name } })))
}

/// Makes one. 409 where the name is taken.
pub(crate) async fn make(app: &App, name: EnvironmentName, is_production: bool) -> Result<EnvironmentRow, ApiError> {
    let new = NewEnvironment { name: name.clone(), is_production, now: app.clock.now() };
    app.store.environments().insert(new, MAX).await.map_err(|error| match error {
        StoreError::Conflict { constraint: Constraint::Environment } => {
            ApiError::new(StatusCode::CONFLICT, "conflict", format!("there is an environment `{name}` already"))
        }
        StoreError::Full { limit } => {
            let message = format!("there are {limit} environments already, and there cannot be more; delete one that nobody needs");
            ApiError::bad_request("resource_capped", message)
        }
        other => other.into(),
    })
}

impl Body {
    /// An issue for each wish that nothing here would fulfil: silence would look like a promise.
    fn unsupported(&self) -> Vec<Issue> {
        let wishes = [
            (
                "callback_url",
                &self.callback_url,
                "providers send browsers back to SYNCLINE_PUBLIC_URL/oauth/callback, in every environment",
            ),
            ("hmac_key", &self.hmac_key, "it protects public keys, which open nothing here; browsers use connect sessions"),
            ("hmac_enabled", &self.hmac_enabled, "it protects public keys, which open nothing here; browsers use connect sessions"),
            ("slack_notifications", &self.slack_notifications, "this server tells Slack nothing; webhooks tell of failures"),
            ("otlp_endpoint", &self.otlp_endpoint, "this server exports no traces of an environment"),
            ("otlp_headers", &self.otlp_headers, "this server exports no traces of an environment"),
        ];
        let asked = wishes.into_iter().filter(|(_, value, _)| !matches!(value, Value::Null | Value::Bool(false)));
        asked.map(|(name, _, why)| Issue::custom(&[name], format!("is not supported: {why}"))).collect()
    }
}

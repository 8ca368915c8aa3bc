//! `POST /integrations/quickstart`

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use syncline_domain::IntegrationKey;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::openapi::IntegrationKeyText;
use crate::state::App;

/// An integration with a developer app that the server lends.
#[derive(Deserialize, ToSchema)]
#[schema(as = QuickstartIntegration)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its shape matters where there is nothing to lend")]
pub(crate) struct Body {
    provider: String,
    #[schema(value_type = IntegrationKeyText)]
    unique_key: IntegrationKey,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    forward_webhooks: Option<bool>,
}

/// Make an integration with a shared app
///
/// Never succeeds: a server of your own has no developer apps to share. `POST /integrations` takes the client of your own app.
#[utoipa::path(
    post,
    path = "/integrations/quickstart",
    operation_id = "createQuickstartIntegration",
    tag = "integrations",
    request_body = Body,
    responses((status = 200, description = "Not answered by this server"))
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, caller: Caller, JsonBody(body): JsonBody<Body>) -> Result<Infallible, ApiError> {
    caller.require("environment:integrations:create")?;
    let provider = body.provider;
    if app.catalogue.get(&provider).is_none() {
        return Err(ApiError::invalid_body(&["provider"], format!("provider `{provider}` is not in the catalogue")));
    }
    let message = format!(
        "this server has no developer app for `{provider}` to share; register one with the provider and make the integration with its \
         client: POST /integrations with `credentials`"
    );
    Err(ApiError::bad_request("invalid_body", message))
}

//! `GET /oauth/client-metadata/:environment/:key`: an integration as an OAuth client whose id is this very address (CIMD).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::HeaderName;
use http::header::CACHE_CONTROL;
use serde_json::Value;
use syncline_connect::ConnectError;
use utoipa::ToSchema;
use uuid::Uuid;

use super::attempt::unknown;
use crate::error::ApiError;
use crate::state::App;

/// An OAuth client, as it describes itself.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `client_metadata` writes by hand")]
struct ClientMetadata {
    /// The document's own address
    #[schema(format = "uri")]
    client_id: String,
    client_name: String,
    #[schema(format = "uri")]
    client_uri: String,
    redirect_uris: Vec<String>,
    grant_types: Vec<String>,
    response_types: Vec<String>,
    token_endpoint_auth_method: String,
    application_type: String,
}

/// Show an integration as an OAuth client
///
/// For authorization servers that take a client's address as its id (CIMD): integrations with MCP servers have one.
#[utoipa::path(
    get,
    path = "/oauth/client-metadata/{environment}/{key}",
    operation_id = "getClientMetadata",
    tag = "authorize",
    params(
        ("environment" = String, Path, description = "Id of the environment", example = "5e2a3c1e-4c54-4a2c-8df6-0f4f8f0f4d0a"),
        ("key" = String, Path, description = "Key of the integration", example = "linear-mcp")
    ),
    security(()),
    responses((status = 200, description = "The client", body = ClientMetadata))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    Path((environment, key)): Path<(String, String)>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), ApiError> {
    let environment = Uuid::parse_str(&environment).map_err(|_| unknown(&key))?;
    let document = app.connect.client_metadata(environment, &key).await.map_err(|error| match error {
        ConnectError::UnknownIntegration { .. } => unknown(&key),
        other => other.into(),
    })?;
    Ok(([(CACHE_CONTROL, "public, max-age=300")], Json(document)))
}

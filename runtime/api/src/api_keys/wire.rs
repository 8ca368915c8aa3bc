//! The public form of an API key.

use serde_json::{Value, json};
use syncline_store::ApiKeyRow;
use utoipa::ToSchema;

/// An API key of an environment, without the key itself.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct ApiKey {
    id: String,
    display_name: String,
    /// What it may do
    scopes: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// An API key of an environment that was just made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes JSON that is written by hand")]
pub(crate) struct CreatedApiKey {
    id: String,
    display_name: String,
    /// What it may do
    scopes: Vec<String>,
    /// The key. It is not shown again
    #[schema(format = "uuid")]
    secret: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Without anything that opens a door.
pub(super) fn api_key(row: &ApiKeyRow) -> Value {
    json!({ "id": row.id.to_string(), "display_name": row.display_name, "scopes": row.scopes, "created_at": row.created_at })
}

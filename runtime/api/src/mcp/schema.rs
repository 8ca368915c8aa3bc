//! The protocol's messages, as the API's description shows them.

use serde_json::Value;
use utoipa::ToSchema;

use crate::openapi::Error;

/// A JSON-RPC 2.0 message of the Model Context Protocol; without `id` it is a notification.
#[derive(ToSchema)]
#[schema(as = McpMessage)]
#[expect(dead_code, reason = "describes what rmcp reads")]
pub(super) struct Message {
    #[schema(pattern = "^2\\.0$")]
    jsonrpc: String,
    #[schema(required = false)]
    id: Value,
    /// `initialize`, `ping`, `tools/list`, `tools/call`, ...
    method: String,
    #[schema(required = false, value_type = Object)]
    params: Value,
}

/// A request is refused as everywhere, a message as the protocol says.
#[derive(ToSchema)]
#[schema(as = McpRefusal)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what rmcp writes")]
pub(super) enum Refusal {
    Request(Error),
    Message(RpcError),
}

/// A JSON-RPC error.
#[derive(ToSchema)]
#[schema(as = McpError)]
#[expect(dead_code, reason = "describes what rmcp writes")]
pub(super) struct RpcError {
    jsonrpc: String,
    #[schema(required = false)]
    id: Value,
    error: RpcErrorBody,
}

/// Why the message was refused.
#[derive(ToSchema)]
#[schema(as = McpErrorBody)]
#[expect(dead_code, reason = "describes what rmcp writes")]
pub(super) struct RpcErrorBody {
    code: i64,
    message: String,
    #[schema(required = false)]
    data: Value,
}

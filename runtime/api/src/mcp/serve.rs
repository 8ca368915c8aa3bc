//! `POST /mcp`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Request, Uri};
use http_body_util::Full;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::value::RawValue;

use super::schema::{Message, Refusal};
use super::server::Server;
use super::{answer, arguments};
use crate::addressed::{Address, Addressed};
use crate::auth::Caller;
use crate::body::JsonBody;
use crate::connections::find;
use crate::error::ApiError;
use crate::openapi::Error;
use crate::state::App;

/// Serve actions as MCP tools
///
/// The Model Context Protocol over streamable HTTP, without sessions: `initialize`, `ping`, `tools/list` and `tools/call`. Each enabled action of
/// the connection's integration that takes an object, or no input, is a tool. An action that fails, and a tool that does not exist, is a JSON-RPC
/// error -32603 whose `data` is the error that `/action/trigger` answers. The key needs the scope `environment:mcp`.
#[utoipa::path(
    post,
    path = "/mcp",
    operation_id = "mcp",
    tag = "actions",
    params(
        Address,
        ("Accept" = String, Header, description = "Names both types", example = "application/json, text/event-stream"),
        ("MCP-Protocol-Version" = Option<String>, Header, description = "What `initialize` agreed on"),
    ),
    request_body = Message,
    responses(
        (status = 200, description = "One event, `message`, whose data is the JSON-RPC answer", body = String, content_type = "text/event-stream"),
        (status = 202, description = "A notification was taken"),
        (status = 400, description = "The request or its message is not valid, or names something that does not exist", body = Refusal),
        (status = 404, description = "The protocol of 2026-07-28 has no such method", body = Refusal),
        (status = 406, description = "`Accept` does not name both types", body = Error),
    )
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Addressed(of): Addressed,
    JsonBody(message): JsonBody<BTreeMap<String, Box<RawValue>>>,
) -> Result<Response, ApiError> {
    caller.require("environment:mcp")?;
    let connection = find::addressed(&app, caller.environment(), &of).await?;
    let (message, arguments) = arguments::set_aside(message);
    let server = Server::new(app, connection, arguments);
    let service = StreamableHttpService::new(move || Ok(server.clone()), Arc::new(NeverSessionManager::default()), config());
    answer::ours(service.handle(request(headers, message)).await).await
}

fn config() -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        // These checks keep a web page from reaching a server on its visitor's own machine by a name that it made up (DNS rebinding). This server
        // is reached by whatever names its operator gives it, and such a page has no API key, without which nothing is answered.
        .disable_allowed_hosts()
        .disable_allowed_origins()
        // It was read already, within the limit of all bodies.
        .with_max_request_body_bytes(usize::MAX)
}

/// What rmcp is to see of the request: not the key, and a body that is complete.
fn request(mut headers: HeaderMap, message: Bytes) -> Request<Full<Bytes>> {
    headers.remove(AUTHORIZATION);
    // Whoever sends none is taken to send JSON, as everywhere; what is not JSON was refused before.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut request = Request::post(Uri::from_static("http://localhost/mcp")).body(Full::new(message)).expect("the parts are constants");
    *request.headers_mut() = headers;
    request
}

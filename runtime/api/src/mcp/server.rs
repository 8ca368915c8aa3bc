//! What the protocol asks for, for one request about one connection.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest, CustomResult, ErrorCode, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::value::RawValue;
use syncline_domain::{FunctionKind, FunctionName};
use syncline_store::ConnectionRow;

use super::tool;
use crate::actions::run;
use crate::error::ApiError;
use crate::layers;
use crate::state::App;

/// A connection's tools while one request is answered.
#[derive(Clone)]
pub(super) struct Server(Arc<Inner>);

struct Inner {
    app: Arc<App>,
    connection: ConnectionRow,
    arguments: Option<Box<RawValue>>,
}

impl Server {
    /// `arguments` is what the request calls its tool with, if it calls one.
    pub(super) fn new(app: Arc<App>, connection: ConnectionRow, arguments: Option<Box<RawValue>>) -> Self {
        Self(Arc::new(Inner { app, connection, arguments }))
    }

    async fn list(&self) -> Result<Vec<Tool>, ApiError> {
        let Inner { app, connection, .. } = &*self.0;
        let functions = app.store.functions().list(connection.environment, Some(connection.integration)).await?;
        let actions = functions.iter().filter(|function| function.definition.kind == FunctionKind::Action && function.enabled);
        Ok(actions.filter_map(|action| tool::of(&action.definition)).collect())
    }

    async fn call(&self, name: &str) -> Result<CallToolResult, ApiError> {
        let Inner { app, connection, arguments } = &*self.0;
        let name = FunctionName::new(name).map_err(|defect| ApiError::not_found(format!("there is no such tool: {defect}")))?;
        let action = run::find(app, connection, &name).await?;
        if tool::of(&action.definition).is_none() {
            return Err(ApiError::not_found(format!("action `{name}` is no tool, because its input is not an object")));
        }
        let output = run::run(app, connection, &action, arguments.as_deref()).await?;
        let structured = if output.starts_with('{') { Some(serde_json::from_str(&output).map_err(ApiError::internal)?) } else { None };
        let mut result = CallToolResult::success(vec![ContentBlock::text(output)]);
        result.structured_content = structured;
        Ok(result)
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("syncline", env!("CARGO_PKG_VERSION")))
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListToolsResult, ErrorData> {
        answered(self.list()).await.map(ListToolsResult::with_all_items)
    }

    async fn call_tool(&self, request: CallToolRequestParams, _: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        answered(self.call(&request.name)).await.map(Into::into)
    }

    async fn on_custom_request(&self, request: CustomRequest, _: RequestContext<RoleServer>) -> Result<CustomResult, ErrorData> {
        // What rmcp takes for a method of somebody's own, because its parameters are not those of the method.
        Err(if request.method == "tools/call" {
            ErrorData::invalid_params("`params` must hold `name`, a string, and may hold `arguments`, an object", None)
        } else {
            ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None)
        })
    }
}

/// A failure as the wire's clients know it: -32603 (contract 11.2 M1), and in `data` what the API answers elsewhere. A panic is one too: on a task
/// of rmcp's it would leave the caller without any answer.
async fn answered<T>(work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ErrorData> {
    let result = AssertUnwindSafe(work).catch_unwind().await;
    result.unwrap_or_else(|panic| Err(layers::panic_error(&*panic))).map_err(|error| {
        let message = error.message().to_owned();
        ErrorData::internal_error(message, Some(error.into_json()))
    })
}

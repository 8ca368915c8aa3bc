//! The endpoint: from the caller through to the provider and back.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use syncline_connect::ConnectError;

use super::{failure, inbound};
use crate::addressed::Addressed;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;

/// Answers with what the provider answers: status, end-to-end headers, body as it comes. A body that breaks off on its way breaks off
/// here too.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Addressed(of): Addressed,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require("environment:proxy")?;
    let source = match app.connect.source(caller.environment(), &of).await {
        Ok(source) => source,
        Err(error) => {
            let known = app.store.integrations().lookup(caller.environment(), &of.integration).await?.is_some();
            let error = if known { error } else { ConnectError::UnknownIntegration { key: of.integration.to_string() } };
            return Err(failure::unconnected(error));
        }
    };
    let call = inbound::call(request).await?;
    let method = call.method.clone();
    match app.proxy.send(&source, call).await {
        Ok(answer) => {
            let mut response = Response::new(Body::from_stream(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        }
        Err(error) => Ok(failure::unanswered(error, &method)),
    }
}

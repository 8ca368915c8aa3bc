//! The endpoint: from the caller through to the provider and back.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use syncline_connect::ConnectError;
use syncline_domain::{OperationKind, ProxyOutcome};
use syncline_outbound::ProxyError;
use utoipa::IntoParams;

use super::note::Asked;
use super::{failure, inbound};
use crate::addressed::{Address, Addressed};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::App;

/// How to ask the provider.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes headers that `inbound` reads by hand")]
pub(crate) struct Options {
    /// How often to try again after a failure
    #[param(rename = "Retries", minimum = 0)]
    retries: Option<u32>,
    /// Further statuses to try again after, joined by commas
    #[param(rename = "Retry-On", pattern = r"^\d+(,\d+)*$", example = "404,409")]
    retry_on: Option<String>,
    /// Instead of the provider's base URL
    #[param(rename = "Base-Url-Override")]
    base_url_override: Option<String>,
    /// Bodies always arrive decoded, whatever this says
    #[param(rename = "Decompress")]
    decompress: Option<bool>,
    /// Whether headers go along where the provider redirects to another host
    #[param(rename = "Forward-Headers-On-Redirect")]
    forward_headers_on_redirect: Option<bool>,
}

/// Send a request to the provider
///
/// Answers with what the provider answers: status, end-to-end headers, body as it comes. A body that breaks off on its way breaks off
/// here too.
///
/// A header `Nango-Proxy-X` goes to the provider as `X`; of the others, only `Content-Type` does. What the server itself refuses has the form
/// of every error.
#[utoipa::path(
    get,
    path = "/proxy/{path}",
    operation_id = "proxy",
    tag = "proxy",
    params(
        ("path" = String, Path, description = "Path at the provider; it may hold slashes"),
        Address, Options
    ),
    request_body(content = serde_json::Value, content_type = "*/*", description = "Goes to the provider as it is"),
    responses((status = "default", description = "What the provider answers, or an error of this server's", body = serde_json::Value, content_type = "*/*"))
)]
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Addressed(of): Addressed,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require("environment:proxy")?;
    let note = app.operation(caller.environment(), OperationKind::ProxyCall).by(&caller).of(&of.integration).on(&of.connection);
    let source = match app.connect.source(caller.environment(), &of).await {
        Ok(source) => source,
        Err(error) => {
            let known = app.store.integrations().lookup(caller.environment(), &of.integration).await?.is_some();
            let error = if known { error } else { ConnectError::UnknownIntegration { key: of.integration.to_string() } };
            let error = failure::unconnected(error);
            let asked = Asked::of(request.method(), inbound::endpoint(request.uri()), request.uri().query());
            asked.unanswered(&app, note, ProxyOutcome::Refused, error.code(), error.message());
            return Err(error);
        }
    };
    let call = inbound::call(request).await?;
    let method = call.method.clone();
    let asked = Asked::of(&method, &call.endpoint, call.query.as_deref());
    match app.proxy.send(&source, call).await {
        Ok(answer) => {
            asked.answered(&app, note, answer.status, &answer.headers, answer.attempts);
            let mut response = Response::new(Body::from_stream(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        }
        Err(error) => {
            let sent = matches!(error, ProxyError::Network { .. } | ProxyError::Timeout { .. } | ProxyError::TooManyRedirects { .. });
            let outcome = if sent { ProxyOutcome::Failed } else { ProxyOutcome::Refused };
            asked.unanswered(&app, note, outcome, error.code(), &error.to_string());
            Ok(failure::unanswered(error, &method))
        }
    }
}

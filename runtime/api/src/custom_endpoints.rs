//! `/v1/*`: the addresses that functions declare for clients of older functions. Wire contract 1.18.
//!
//! An address belongs to the integration that the request names: a component that is deployed to two integrations has its addresses in both.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::json;
use serde_json::value::RawValue;
use syncline_domain::{EndpointDefinition, FunctionKind, IntegrationKey};
use syncline_store::FunctionRow;

use crate::actions::run;
use crate::addressed::Addressed;
use crate::auth::Caller;
use crate::connections::find;
use crate::error::ApiError;
use crate::state::App;
use crate::{body, query, records};

pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Addressed(of): Addressed,
    request: Request,
) -> Result<Response, ApiError> {
    let (method, path) = (request.method().clone(), request.uri().path().strip_prefix("/v1").unwrap_or_default().to_owned());
    let Some((function, place)) = declared(&app, &caller, &of.integration, &method, &path).await? else {
        // Without the usual envelope: contract 11.2 A4.
        return Ok((StatusCode::NOT_FOUND, Json(json!({ "message": format!("Unknown endpoint '{method} {path}'") }))).into_response());
    };
    let asked = request.uri().query().unwrap_or_default().to_owned();
    if let (FunctionKind::Sync, Some(model)) = (function.definition.kind, function.definition.model_of_endpoint(place)) {
        // The address says which model; the rest is as for `/records`.
        let pairs = url::form_urlencoded::parse(asked.as_bytes()).filter(|(name, _)| name != "model");
        let asked = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).append_pair("model", model.as_str()).finish();
        return records::list::page(&app, &caller, query::read(&asked)?, &of).await;
    }
    caller.require("environment:actions:execute")?;
    let connection = find::addressed(&app, caller.environment(), &of).await?;
    let action = run::find(&app, &connection, &function.definition.name).await?;
    let input = if method == Method::GET {
        let asked: serde_json::Map<String, serde_json::Value> = query::read(&asked)?;
        Some(serde_json::value::to_raw_value(&asked).expect("JSON has a text"))
    } else {
        any_json(&body::collect(request, app.options.max_body_bytes).await?)?
    };
    let output = run::run(&app, &connection, &action, input.as_deref()).await?;
    Ok(([(CONTENT_TYPE, "application/json")], output).into_response())
}

/// The action or sync that declares this address, and which of its addresses it is.
async fn declared(
    app: &App,
    caller: &Caller,
    integration: &IntegrationKey,
    method: &Method,
    path: &str,
) -> Result<Option<(FunctionRow, usize)>, ApiError> {
    let Some(integration) = app.store.integrations().lookup(caller.environment(), integration).await? else { return Ok(None) };
    let functions = app.store.functions().list(caller.environment(), Some(integration.id)).await?;
    Ok(functions.into_iter().find_map(|function| {
        let here = |endpoint: &EndpointDefinition| endpoint.method == method.as_str() && endpoint.path == path;
        let place = function.definition.endpoints.iter().position(here)?;
        Some((function, place))
    }))
}

/// An action's input may be any JSON, and nothing at all.
fn any_json(text: &[u8]) -> Result<Option<Box<RawValue>>, ApiError> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(None);
    }
    let not_json = |error: serde_json::Error| ApiError::bad_request("invalid_json", format!("the body is not valid JSON: {error}"));
    serde_json::from_slice(text).map(Some).map_err(not_json)
}

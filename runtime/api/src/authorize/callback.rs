//! `GET` and `POST /oauth/callback`, and `GET /app-auth/connect`: a browser comes back from the provider. Wire contract 1.14, steps 5 to 8.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use http::header::SET_COOKIE;
use serde_json::Value;
use syncline_connect::{CallbackParams, Completion};
use syncline_domain::OperationKind;
use tracing::Instrument as _;
use utoipa::{IntoParams, ToSchema};

use super::outcome::{self, Ending};
use super::{cookie, page};
use crate::error::ApiError;
use crate::openapi::Error;
use crate::sockets;
use crate::state::App;

/// Far above any answer of an authorization endpoint, id tokens and user names included.
const MAX_FORM_BYTES: usize = 64 * 1024;
/// A repeated one of these could mean one thing to us and another to the provider: RFC 6749, 3.1 forbids it.
const SINGLE: [&str; 6] = ["state", "code", "iss", "error", "oauth_token", "oauth_verifier"];

/// What providers send back; other parameters are kept for those that need them.
#[derive(IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[schema(as = AuthorizationAnswer)]
#[expect(dead_code, reason = "describes what `read` reads by hand")]
struct Answer {
    /// Of the authorization that this answers
    state: Option<String>,
    /// Buys the token
    code: Option<String>,
    /// Who answers (RFC 9207)
    iss: Option<String>,
    /// Why there is no code: `access_denied`, ...
    error: Option<String>,
    error_description: Option<String>,
    /// OAuth 1.0a
    oauth_token: Option<String>,
    /// OAuth 1.0a
    oauth_verifier: Option<String>,
    /// Of an app that was installed
    installation_id: Option<String>,
    /// Everything as one JSON object, as some providers send it
    payload: Option<String>,
}

/// End an authorization
///
/// For browsers that come back from the provider. The answer of a provider is good once, and only in the browser that began.
#[utoipa::path(
    get,
    path = "/oauth/callback",
    operation_id = "endAuthorization",
    tag = "authorize",
    params(Answer),
    security(()),
    responses(
        (status = 200, description = "It worked: a page that closes itself", body = String, content_type = "text/html"),
        (
            status = 303,
            description = "To the session's `return_to`",
            headers(("Location" = String, description = "With `connection_id` or `error`, and `provider_config_key`, in its query"))
        ),
        (status = 400, description = "It did not work: a page that says why", content((String = "text/html"), (Error = "application/json")))
    )
)]
pub(crate) async fn query(State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    finish(app, headers, read(&[query.unwrap_or_default().as_bytes()])).await
}

/// End an authorization, with a form
///
/// The same for providers that answer with `response_mode=form_post`.
#[utoipa::path(
    post,
    path = "/oauth/callback",
    operation_id = "endAuthorizationByForm",
    tag = "authorize",
    security(()),
    request_body(content = Answer, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It worked: a page that closes itself", body = String, content_type = "text/html"),
        (
            status = 303,
            description = "To the session's `return_to`",
            headers(("Location" = String, description = "With `connection_id` or `error`, and `provider_config_key`, in its query"))
        ),
        (status = 400, description = "It did not work: a page that says why", content((String = "text/html"), (Error = "application/json")))
    )
)]
pub(crate) async fn form(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<Response, ApiError> {
    let body = to_bytes(body, MAX_FORM_BYTES).await.map_err(|_| ApiError::invalid_body(&[], "the form is too long, or ended early"))?;
    finish(app, headers, read(&[query.unwrap_or_default().as_bytes(), &body])).await
}

/// The parameters. Without a state nothing is done, so that is what is left of an answer that contradicts itself.
fn read(parts: &[&[u8]]) -> CallbackParams {
    let mut params = BTreeMap::new();
    for (name, value) in parts.iter().flat_map(|part| url::form_urlencoded::parse(part)) {
        if params.contains_key(name.as_ref()) && SINGLE.contains(&name.as_ref()) {
            return CallbackParams::default();
        }
        params.entry(name.into_owned()).or_insert_with(|| value.into_owned());
    }
    // Some providers send everything back in one JSON parameter.
    if !params.contains_key("state")
        && let Some(Ok(Value::Object(payload))) = params.get("payload").map(|text| serde_json::from_str(text))
        && let Some(Value::String(state)) = payload.get("state")
    {
        params.insert("state".to_owned(), state.clone());
    }
    CallbackParams(params)
}

/// End an app's installation
///
/// Where GitHub Apps and their like send a browser after somebody installed one.
#[utoipa::path(
    get,
    path = "/app-auth/connect",
    operation_id = "endInstallation",
    tag = "authorize",
    params(Answer),
    security(()),
    responses(
        (status = 200, description = "It worked: a page that closes itself", body = String, content_type = "text/html"),
        (
            status = 303,
            description = "To the session's `return_to`",
            headers(("Location" = String, description = "With `connection_id` or `error`, and `provider_config_key`, in its query"))
        ),
        (status = 400, description = "It did not work: a page that says why", content((String = "text/html"), (Error = "application/json")))
    )
)]
pub(crate) async fn installed(state: State<Arc<App>>, headers: HeaderMap, query: RawQuery) -> Result<Response, ApiError> {
    self::query(state, headers, query).await
}

async fn finish(app: Arc<App>, headers: HeaderMap, params: CallbackParams) -> Result<Response, ApiError> {
    let state = params.get("state").unwrap_or_default().to_owned();
    let is_same_browser = cookie::is_present(&headers, &state);
    let callback_error = params.get("error").map(str::to_owned);
    // The state and the code are good once: a browser that hangs up now must not cut the exchange in half.
    let task = {
        let (app, callback_error) = (Arc::clone(&app), callback_error.clone());
        async move {
            let begun = app.clock.now();
            let completion = Box::pin(app.connect.complete(&params, is_same_browser)).await;
            // Of a state that nobody knows, it is not known whose it would be.
            if let (Some(environment), Some(integration)) = (completion.environment, &completion.integration) {
                let note = app.operation(environment, OperationKind::AuthCreateConnection).by_session().of(integration).since(begun);
                outcome::note(&app, note, &completion.result);
            }
            if let Some(client) = &completion.client {
                sockets::publish(&app, client, &ending(&completion, callback_error.as_deref()).message()).await?;
            }
            Ok::<_, ApiError>(completion)
        }
    };
    let completion = app.tasks.spawn(task.in_current_span()).await.map_err(ApiError::internal)??;
    let end = ending(&completion, callback_error.as_deref());
    let mut response = page::answer(&app, &headers, end, completion.environment, completion.return_to.clone()).await?;
    if is_same_browser && let Some(spent) = cookie::clear(&app, &state) {
        response.headers_mut().append(SET_COOKIE, spent);
    }
    Ok(response)
}

fn ending<'a>(completion: &'a Completion, callback_error: Option<&'a str>) -> Ending<'a> {
    Ending { integration: completion.integration.as_ref(), result: &completion.result, callback_error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_contradicts_itself_says_nothing() {
        let get = |parts: &[&[u8]], name: &str| read(parts).get(name).map(str::to_owned);
        assert_eq!(get(&[b"state=s&code=a%20b&scope=x&scope=y"], "code").as_deref(), Some("a b"));
        assert_eq!(get(&[b"state=s&code=a&code=b"], "state"), None);
        assert_eq!(get(&[b"state=s", b"state=t&code=c"], "state"), None);
        assert_eq!(get(&[b"", b"state=s&code=c"], "state").as_deref(), Some("s"));
        assert_eq!(get(&[br#"payload={"state":"s"}"#], "state").as_deref(), Some("s"));
        assert_eq!(get(&[b"payload=nothing"], "state"), None);
    }
}

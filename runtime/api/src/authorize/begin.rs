//! `GET /oauth/connect/:key`: sends a browser to the provider's own page. Wire contract 1.14.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use syncline_connect::{BeginOptions, Begun, ConnectError};
use syncline_domain::OperationKind;

use super::attempt::{Ask, Asked};
use super::outcome::{self, Ending};
use super::{cookie, page};
use crate::error::ApiError;
use crate::openapi::Error;
use crate::sockets;
use crate::state::App;

/// Begin an authorization
///
/// For browsers: sends one to the provider's own page, with a cookie that it has to bring back. What goes wrong before that is a page, or,
/// where nobody waits and the session names a `return_to`, a redirect there with `error` in the query.
#[utoipa::path(
    get,
    path = "/oauth/connect/{key}",
    operation_id = "beginAuthorization",
    tag = "authorize",
    params(("key" = String, Path, description = "Key of the integration", example = "github"), Asked),
    security(("connect_session_query" = [])),
    responses(
        (
            status = 302,
            description = "To the provider",
            headers(("Location" = String, description = "The provider's page"), ("Set-Cookie" = String, description = "Binds the flow to this browser"))
        ),
        (status = 303, description = "To the session's `return_to`", headers(("Location" = String, description = "With `error` in its query"))),
        (
            status = 400,
            description = "The request is not valid, or the authorization cannot begin",
            content((Error = "application/json"), (String = "text/html"))
        )
    )
)]
pub(crate) async fn handle(State(app): State<Arc<App>>, headers: HeaderMap, ask: Ask) -> Result<Response, ApiError> {
    let Ask { attempt, authorization_params, credentials, client } = ask;
    let (environment, integration) = (attempt.session.environment, attempt.integration.clone());
    let return_to = attempt.session.settings.return_to.clone().filter(|_| client.is_none());
    let options = BeginOptions {
        client: client.clone(),
        authorization_params,
        own_client: credentials.client,
        refresh_token: credentials.refresh_token,
        is_plain_redirect: client.is_none(),
    };
    let result = match app.connect.begin(attempt, options).await {
        Ok(begun) => return Ok(leave(&app, &begun)),
        Err(error @ (ConnectError::IntegrationNotAllowed { .. } | ConnectError::ReconnectTargetGone | ConnectError::SessionUsed)) => {
            return Err(error.into());
        }
        Err(error) => Err(error),
    };
    let note = app.operation(environment, OperationKind::AuthCreateConnection).by_session().of(&integration);
    outcome::note(&app, note, &result);
    let ending = Ending { integration: Some(&integration), result: &result, callback_error: None };
    if let Some(client) = &client {
        sockets::publish(&app, client, &ending.message()).await?;
    }
    page::answer(&app, &headers, ending, Some(environment), return_to).await
}

fn leave(app: &App, begun: &Begun) -> Response {
    let location = HeaderValue::from_str(begun.location.as_str()).expect("a parsed URL is ASCII");
    let mut response = (StatusCode::FOUND, [(LOCATION, location), (SET_COOKIE, cookie::set(app, &begun.state))]).into_response();
    page::harden(&mut response);
    response
}

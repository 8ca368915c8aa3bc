//! Accepting an action that runs while nobody waits for it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;
use syncline_domain::AsyncActionId;
use syncline_store::{Acceptance, ConnectionRow, FunctionRow, NewAsyncAction};
use utoipa::ToSchema;

use crate::actions::run;
use crate::addressed::header;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::query::Flag;
use crate::state::App;

/// When there may be room again on a connection whose actions wait in thousands.
const FULL_RETRY_SECONDS: u32 = 60;

/// What the headers say of when the action runs.
pub(super) struct Manner {
    pub(super) is_async: bool,
    max_retries: u8,
}

/// An action that was accepted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Accepted {
    /// Its id
    #[schema(value_type = String, format = "uuid")]
    id: AsyncActionId,
    /// Where its result will be
    status_url: String,
}

impl Manner {
    /// 400 `invalid_headers` where they cannot be read.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let wrong = |name: &str, message: &str| Err(ApiError::invalid("invalid_headers", Issue::new("invalid_value", &[name], message)));
        let is_async = match header(headers, "x-async").map(Flag::parse) {
            Some(None) => return wrong("x-async", "expected `true` or `false`"),
            Some(Some(Flag(flag))) => flag,
            None => false,
        };
        match header(headers, "x-max-retries").map(str::parse) {
            Some(Ok(max_retries @ 0..=5)) => Ok(Self { is_async, max_retries }),
            None => Ok(Self { is_async, max_retries: 0 }),
            Some(_) => wrong("x-max-retries", "expected a whole number from 0 to 5"),
        }
    }
}

/// 202 when the action and its job are on disk.
pub(super) async fn accept(
    app: &App,
    connection: ConnectionRow,
    action: &FunctionRow,
    input: Option<&RawValue>,
    manner: &Manner,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let randomness = (app.randomness)();
    let id = AsyncActionId::new(now, *randomness.last_chunk().expect("ten of sixteen"));
    let new = NewAsyncAction {
        id,
        environment: connection.environment,
        connection: connection.id,
        connection_name: connection.name,
        integration_key: connection.integration_key,
        webhook_url_override: connection.webhook_url_override,
        function: action.id,
        input: run::input(input),
        max_retries: manner.max_retries.into(),
        now,
    };
    match app.store.async_actions().insert(new).await? {
        Acceptance::Accepted => {
            let status_url = format!("/action/{id}");
            Ok((StatusCode::ACCEPTED, [(LOCATION, status_url.clone())], Json(Accepted { id, status_url })).into_response())
        }
        Acceptance::NoConnection => Err(ApiError::unknown_connection()),
        Acceptance::Full => {
            let message = "too many actions of this connection wait for their turn; come back when some of them have ended";
            Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_async_actions", message).retry_after(FULL_RETRY_SECONDS))
        }
    }
}

//! A request that cannot be done, in a person's words.

use std::error::Error;

use axum::Json;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use serde_json::json;
use syncline_connect::ConnectError;
use syncline_console::pages::ProblemPage;

use crate::console::password::PasswordError;
use crate::console::request::Wanted;
use crate::error::{ApiError, chain};

/// Becomes a page, or JSON for our script, where the answer leaves the console.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    title: String,
    advice: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, title: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { status, title: title.into(), advice: advice.into() }
    }

    /// 400
    pub(super) fn bad_request(title: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, title, advice)
    }

    /// 404
    pub(super) fn not_found(title: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, title, "It may have been deleted or renamed.")
    }

    /// 403: sent by another site, or by a page that is older than the session.
    pub(super) fn forged() -> Self {
        let advice =
            "It did not come from a page of this console, or the page is older than your session. Open the console again and repeat it.";
        Self::new(StatusCode::FORBIDDEN, "This request was not accepted", advice)
    }

    /// 401 for our script, which reloads the page.
    pub(super) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Your session has ended", "Sign in again.")
    }

    /// 500: ours to mend. The log has the reason, the page does not.
    fn internal(source: &(dyn Error + 'static)) -> Self {
        tracing::error!(error.reason = %chain(source), "a page of the console failed");
        Self::failed()
    }

    fn failed() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong inside the server", "Its log has the reason. Try again.")
    }

    /// As whoever asked can use it.
    pub(super) fn present(self, root: String, wanted: Wanted) -> Response {
        let Self { status, title, advice } = self;
        if wanted == Wanted::Json {
            return (status, Json(json!({ "error": { "message": format!("{title}. {advice}") } }))).into_response();
        }
        (status, Html(ProblemPage { root, title, advice }.render())).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<syncline_store::Error> for Refusal {
    fn from(error: syncline_store::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        Self::internal(&error)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let (status, advice) = (error.status(), format!("{}.", sentence(error.message())));
        if !status.is_server_error() {
            return Self::new(status, "That did not work", advice);
        }
        // Its reason is logged on the way.
        drop(error.into_json());
        Self::failed()
    }
}

impl From<ConnectError> for Refusal {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Store(error) => error.into(),
            ConnectError::UnknownConnection => Self::not_found("This connection does not exist"),
            ConnectError::UnknownIntegration { .. } | ConnectError::SessionIntegration { .. } => {
                Self::not_found("This integration does not exist")
            }
            other => Self::bad_request("That did not work", format!("{}.", sentence(&other.to_string()))),
        }
    }
}

/// Our errors begin in lower case; on a page they begin a sentence.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

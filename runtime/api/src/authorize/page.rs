//! The end of an authorization as an HTTP answer.

use std::fmt::Write as _;

use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use syncline_connect::ConnectError;
use syncline_console::Language;
use syncline_console::result_page::{Outcome, ResultPage};
use syncline_domain::EnvironmentId;
use url::Url;

use super::outcome::Ending;
use crate::error::{ApiError, chain};
use crate::state::App;

/// A redirect to `return_to` where the session asks for one, else the page: 200 or 400. `environment` is where the integration is, if it is known.
pub(super) async fn answer(
    app: &App,
    headers: &HeaderMap,
    ending: Ending<'_>,
    environment: Option<EnvironmentId>,
    return_to: Option<Url>,
) -> Result<Response, ApiError> {
    if let Err(ConnectError::Store(error)) = ending.result {
        tracing::error!(error.reason = %chain(error), "an authorization failed");
    }
    let mut response = match return_to {
        Some(url) => Redirect::to(ending.destination(url).as_str()).into_response(),
        None => page(app, headers, ending, display_name(app, ending, environment).await?.as_deref()),
    };
    harden(&mut response);
    Ok(response)
}

/// What every answer of a flow carries: codes and states are in our address, and must not leave with it or be kept.
pub(super) fn harden(response: &mut Response) {
    let headers: [(HeaderName, &str); 4] =
        [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer"), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (X_FRAME_OPTIONS, "DENY")];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

fn page(app: &App, headers: &HeaderMap, ending: Ending<'_>, integration: Option<&str>) -> Response {
    let text = ending.result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let (status, outcome) = match ending.result {
        Ok(_) => (StatusCode::OK, Outcome::Connected),
        Err(error) => {
            let failed = Outcome::Failed { reason: ending.reason(error), message: &text, error_type: ending.error_type(error) };
            (StatusCode::BAD_REQUEST, failed)
        }
    };
    let nonce = (app.randomness)().iter().fold(String::new(), |mut nonce, byte| {
        write!(nonce, "{byte:02x}").expect("a string takes everything");
        nonce
    });
    let language = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let page = ResultPage { language: Language::preferred(language), integration, outcome, nonce: &nonce };
    let policy = HeaderValue::from_str(&page.content_security_policy()).expect("a nonce of hexadecimal digits");
    let mut response = (status, Html(page.html())).into_response();
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// The integration's name for people; `None` where there is no such integration.
async fn display_name(app: &App, ending: Ending<'_>, environment: Option<EnvironmentId>) -> Result<Option<String>, ApiError> {
    let Some((environment, key)) = environment.zip(ending.integration) else { return Ok(None) };
    let row = app.store.integrations().lookup(environment, key).await?;
    Ok(row.map(|row| {
        let of_provider = || app.catalogue.get(&row.provider).map(|entry| entry.display_name.clone());
        row.display_name.clone().or_else(of_provider).unwrap_or_else(|| row.key.to_string())
    }))
}

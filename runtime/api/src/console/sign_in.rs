//! `/console/sign-in`

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use syncline_console::pages::SignInPage;
use syncline_domain::Secret;

use crate::console::form::{Asked, Form};
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::{notice, password, session};

/// One sentence for whatever is wrong: it tells nothing to somebody who guesses.
const WRONG: &str = "This is not the password. Try again.";

/// The page; the setup as long as nobody has a password, the console for whoever is signed in already.
pub(super) async fn show(State(console): State<Arc<Console>>, asked: Asked, headers: HeaderMap) -> Result<Response, Refusal> {
    if console.app.store.operators().lookup().await?.is_none() {
        return Ok(Redirect::to(&format!("{}/setup", console.root())).into_response());
    }
    if session::find(&console, &headers).await?.is_some() {
        return Ok(Redirect::to(&console.root()).into_response());
    }
    let page = SignInPage { root: console.root(), problem: None, notice: notice::of(&asked).map(|notice| notice.text) };
    Ok(Html(page.render()).into_response())
}

/// The attempt.
pub(super) async fn enter(State(console): State<Arc<Console>>, form: Form) -> Result<Response, Refusal> {
    let now = console.now();
    let Some(operator) = console.app.store.operators().lookup().await? else {
        return Ok(Redirect::to(&format!("{}/setup", console.root())).into_response());
    };
    let attempt = match console.gate.enter(now).await {
        Ok(attempt) => attempt,
        Err(wait) => {
            let page = SignInPage { root: console.root(), problem: Some(too_many(wait)), notice: None };
            return Ok((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds(wait))], Html(page.render())).into_response());
        }
    };
    if !password::matches(Secret::new(form.exact("password")), operator.password_hash).await? {
        attempt.failed(now);
        tracing::warn!("somebody tried to sign in to the console with a wrong password");
        let page = SignInPage { root: console.root(), problem: Some(WRONG.to_owned()), notice: None };
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
    }
    attempt.passed();
    Ok((session::begin(&console, now).await?, Redirect::to(&console.root())).into_response())
}

/// In words; at least a second, because "0 seconds" is no wait.
pub(super) fn too_many(wait: Duration) -> String {
    let seconds = seconds(wait);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    format!("Too many attempts. Try again in {seconds} {unit}.")
}

pub(super) fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).max(1) as u64
}

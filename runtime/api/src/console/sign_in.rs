//! `/console/sign-in`

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use syncline_console::pages::SignInPage;
use syncline_domain::Secret;

use crate::console::audit::Meant;
use crate::console::form::{Asked, Form};
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::{notice, password, session};

/// One sentence for whatever is wrong: it tells nothing to somebody who guesses.
const WRONG: &str = "This is not the password. Try again.";
/// The same where there are several operators: whether the name exists is not said either.
const WRONG_PAIR: &str = "This name and this password do not fit together. Try again.";

/// The page; the setup as long as nobody has a password, the console for whoever is signed in already.
pub(super) async fn show(State(console): State<Arc<Console>>, asked: Asked, headers: HeaderMap) -> Result<Response, Refusal> {
    let able = console.app.store.operators().list_with_passwords().await?;
    if able.is_empty() {
        return Ok(Redirect::to(&format!("{}/setup", console.root())).into_response());
    }
    if session::find(&console, &headers).await?.is_some() {
        return Ok(Redirect::to(&console.root()).into_response());
    }
    let page = SignInPage {
        root: console.root(),
        name: (able.len() > 1).then(String::new),
        problem: None,
        notice: notice::of(&asked).map(|notice| notice.text),
    };
    Ok(Html(page.render()).into_response())
}

/// The attempt.
pub(super) async fn enter(State(console): State<Arc<Console>>, form: Form) -> Result<Response, Refusal> {
    let now = console.now();
    let able = console.app.store.operators().list_with_passwords().await?;
    if able.is_empty() {
        return Ok(Redirect::to(&format!("{}/setup", console.root())).into_response());
    }
    // Where there is one operator, nobody else can be meant.
    let name = (able.len() > 1).then(|| form.get("operator").to_owned());
    let page = |problem| {
        let page = SignInPage { root: console.root(), name: name.clone(), problem: Some(problem), notice: None };
        Html(page.render())
    };
    let attempt = match console.gate.enter(now).await {
        Ok(attempt) => attempt,
        Err(wait) => return Ok((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds(wait))], page(too_many(wait))).into_response()),
    };
    let found = match &name {
        None => able.first(),
        Some(name) => able.iter().find(|(operator, _)| operator.name.key() == name.to_lowercase()),
    };
    let is_theirs = password::is(Secret::new(form.exact("password")), found.map(|(_, hash)| hash.as_str())).await?;
    let entered = match found.filter(|_| is_theirs) {
        Some((operator, hash)) => session::begin(&console, operator, hash.clone(), now).await?,
        None => None,
    };
    let Some(signed_in) = entered else {
        attempt.failed(now);
        tracing::warn!("somebody tried to sign in to the console with a wrong password");
        let wrong = if name.is_some() { WRONG_PAIR } else { WRONG };
        // Only a name that exists is noted: what else was entered there could be a password.
        let meant = found.filter(|_| name.is_some()).map(|(operator, _)| Extension(Meant(operator.name.to_string())));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, meant, page(wrong.to_owned())).into_response());
    };
    attempt.passed();
    Ok((signed_in, Redirect::to(&console.root())).into_response())
}

/// Whether somebody can sign in already.
pub(super) async fn is_claimed(console: &Console) -> Result<bool, Refusal> {
    Ok(!console.app.store.operators().list_with_passwords().await?.is_empty())
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

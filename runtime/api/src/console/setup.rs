//! `/console/setup`: whoever can read the server's log or data directory sets the first password.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use syncline_console::pages::{Field, SetupPage};
use syncline_domain::Secret;

use crate::console::form::Form;
use crate::console::refusal::Refusal;
use crate::console::sign_in::{is_claimed, seconds, too_many};
use crate::console::state::Console;
use crate::console::{password, session};

/// The page, as long as there is no password.
pub(super) async fn show(State(console): State<Arc<Console>>) -> Result<Response, Refusal> {
    if is_claimed(&console).await? {
        return Ok(to_sign_in(&console));
    }
    Ok(Html(page(&console, [None, None, None], None)).into_response())
}

/// Sets the password and signs in.
pub(super) async fn claim(State(console): State<Arc<Console>>, form: Form) -> Result<Response, Refusal> {
    let now = console.now();
    // One at a time: of two that race, the second finds a password.
    let attempt = match console.gate.enter(now).await {
        Ok(attempt) => attempt,
        Err(wait) => {
            let page = page(&console, [None, None, None], Some(too_many(wait)));
            return Ok((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds(wait))], Html(page)).into_response());
        }
    };
    if is_claimed(&console).await? {
        return Ok(to_sign_in(&console));
    }
    if !is_code(&console, form.get("code")) {
        attempt.failed(now);
        let code = Some("This is not the setup code that the server printed when it started.".to_owned());
        return Ok(refused(&console, [code, None, None]));
    }
    let chosen = form.exact("password");
    let [first, second] = password::problems(chosen, form.exact("repeated"));
    if first.is_some() || second.is_some() {
        return Ok(refused(&console, [None, first, second]));
    }
    let (hash, name) = (password::hash(Secret::new(chosen), console.salt()).await?, password::first_owner());
    let operators = console.app.store.operators();
    let made = operators.claim(&name, &hash, now).await?;
    let owner = operators.list().await?.into_iter().find(|operator| Some(operator.id) == made);
    let Some(owner) = owner else { return Ok(to_sign_in(&console)) };
    attempt.passed();
    tracing::info!(operator.name = %name, "the console's password was set");
    let Some(signed_in) = session::begin(&console, &owner, hash, now).await? else { return Ok(to_sign_in(&console)) };
    Ok((signed_in, Redirect::to(&console.root())).into_response())
}

fn to_sign_in(console: &Console) -> Response {
    Redirect::to(&format!("{}/sign-in", console.root())).into_response()
}

/// Case, spaces and dashes do not matter. Hashed first, so that the comparison takes the same time whatever the length.
fn is_code(console: &Console, given: &str) -> bool {
    let hash = |text: &str| -> [u8; 32] {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        Sha256::digest(plain).into()
    };
    console.app.options.console_setup_code.as_ref().is_some_and(|code| hash(code.expose()).ct_eq(&hash(given)).into())
}

/// What is wrong with the code, the password, and the password again.
type Problems = [Option<String>; 3];

fn refused(console: &Console, problems: Problems) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Html(page(console, problems, None))).into_response()
}

fn page(console: &Console, [code, first, second]: Problems, problem: Option<String>) -> String {
    let code = Field {
        help: "The server printed it when it started, and keeps it in the file console-setup-code in its data directory.".to_owned(),
        problem: code,
        ..Field::new("code", "Setup code")
    };
    let fields = std::iter::once(code).chain(password::fields([first, second])).collect();
    SetupPage { root: console.root(), fields, problem }.render()
}

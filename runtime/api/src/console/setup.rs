//! `/console/setup`: whoever can read the server's log or data directory sets the first password.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use syncline_console::pages::{Field, FieldKind, SetupPage};
use syncline_domain::Secret;

use crate::console::form::Form;
use crate::console::password::MIN_PASSWORD_CHARS;
use crate::console::refusal::Refusal;
use crate::console::sign_in::{seconds, too_many};
use crate::console::state::Console;
use crate::console::{password, session};

/// What is wrong with each field.
#[derive(Default)]
struct Problems {
    code: Option<String>,
    password: Option<String>,
    repeated: Option<String>,
}

/// The page, as long as there is no password.
pub(super) async fn show(State(console): State<Arc<Console>>) -> Result<Response, Refusal> {
    if console.app.store.operators().lookup().await?.is_some() {
        return Ok(Redirect::to(&format!("{}/sign-in", console.root())).into_response());
    }
    Ok(Html(page(&console, Problems::default(), None)).into_response())
}

/// Sets the password and signs in.
pub(super) async fn claim(State(console): State<Arc<Console>>, form: Form) -> Result<Response, Refusal> {
    let now = console.now();
    // One at a time: of two that race, the second finds a password.
    let attempt = match console.gate.enter(now).await {
        Ok(attempt) => attempt,
        Err(wait) => {
            let page = page(&console, Problems::default(), Some(too_many(wait)));
            return Ok((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds(wait))], Html(page)).into_response());
        }
    };
    if console.app.store.operators().lookup().await?.is_some() {
        return Ok(Redirect::to(&format!("{}/sign-in", console.root())).into_response());
    }
    if !is_code(&console, form.get("code")) {
        attempt.failed(now);
        let code = Some("This is not the setup code that the server printed when it started.".to_owned());
        return Ok(refused(&console, Problems { code, ..Problems::default() }));
    }
    let chosen = form.exact("password");
    let problems = Problems {
        code: None,
        password: password::problem(chosen),
        repeated: (chosen != form.exact("repeated")).then(|| "The two passwords differ. Enter the same one twice.".to_owned()),
    };
    if problems.password.is_some() || problems.repeated.is_some() {
        return Ok(refused(&console, problems));
    }
    let hash = password::hash(Secret::new(chosen), console.salt()).await?;
    console.app.store.operators().set(&hash, now).await?;
    attempt.passed();
    tracing::info!("the console's password was set");
    Ok((session::begin(&console, now).await?, Redirect::to(&console.root())).into_response())
}

/// Case, spaces and dashes do not matter. Hashed first, so that the comparison takes the same time whatever the length.
fn is_code(console: &Console, given: &str) -> bool {
    let hash = |text: &str| -> [u8; 32] {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        Sha256::digest(plain).into()
    };
    console.app.options.console_setup_code.as_ref().is_some_and(|code| hash(code.expose()).ct_eq(&hash(given)).into())
}

fn refused(console: &Console, problems: Problems) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Html(page(console, problems, None))).into_response()
}

fn page(console: &Console, problems: Problems, problem: Option<String>) -> String {
    let code = Field {
        help: "The server printed it when it started, and keeps it in the file console-setup-code in its data directory.".to_owned(),
        problem: problems.code,
        ..Field::new("code", "Setup code")
    };
    let secret = |name: &str, label: &str, help: String, problem: Option<String>| Field {
        help,
        kind: FieldKind::Secret { is_set: false },
        problem,
        ..Field::new(name, label)
    };
    let help = format!("At least {MIN_PASSWORD_CHARS} characters. A few random words make a good one.");
    let fields = vec![
        code,
        secret("password", "Password", help, problems.password),
        secret("repeated", "Password, again", String::new(), problems.repeated),
    ];
    SetupPage { root: console.root(), fields, problem }.render()
}

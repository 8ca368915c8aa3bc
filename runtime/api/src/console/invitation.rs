//! `/console/invitation/{token}`: whoever was given the link chooses a password with it, once, and is signed in.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use syncline_console::pages::InvitationPage;
use syncline_domain::{Secret, Timestamp};
use syncline_store::InvitationRow;

use crate::console::form::Form;
use crate::console::refusal::Refusal;
use crate::console::role::shown;
use crate::console::sign_in::{seconds, too_many};
use crate::console::state::Console;
use crate::console::{password, session};

/// A weekend and a day: whoever is invited on a Friday can come in on Monday.
pub(super) const LASTS: Duration = Duration::from_hours(3 * 24);

/// A link that was made: what its receiver is given, and by what the store knows it.
pub(super) struct Link {
    pub(super) address: String,
    pub(super) token_hash: [u8; 32],
    pub(super) expires_at: Timestamp,
}

/// A new link. Who may use it is the store's to know.
pub(super) fn link(console: &Console) -> Link {
    let token = console.token();
    let public_url = console.app.options.public_url.as_str().trim_end_matches('/');
    Link {
        address: format!("{public_url}/console/invitation/{}", token.expose()),
        token_hash: session::hash(token.expose()),
        expires_at: console.now().plus(LASTS),
    }
}

/// The page, as long as the link is good. Looking does not use it up: programs that look at links in messages do that, too.
pub(super) async fn show(State(console): State<Arc<Console>>, Path(token): Path<String>) -> Result<Html<String>, Refusal> {
    let found = find(&console, &token).await?.ok_or_else(over)?;
    Ok(Html(page(&console, &token, &found, [None, None], None)))
}

/// Sets the password and signs in.
pub(super) async fn accept(State(console): State<Arc<Console>>, Path(token): Path<String>, form: Form) -> Result<Response, Refusal> {
    let now = console.now();
    let attempt = match console.gate.enter(now).await {
        Ok(attempt) => attempt,
        Err(wait) => {
            let refusal = || Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Wait a moment", too_many(wait));
            let found = find(&console, &token).await?.ok_or_else(refusal)?;
            let page = page(&console, &token, &found, [None, None], Some(too_many(wait)));
            return Ok((StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds(wait))], Html(page)).into_response());
        }
    };
    let Some(found) = find(&console, &token).await? else {
        attempt.failed(now);
        return Err(over());
    };
    let chosen = form.exact("password");
    let problems = password::problems(chosen, form.exact("repeated"));
    if problems.iter().any(Option::is_some) {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(&console, &token, &found, problems, None))).into_response());
    }
    let hash = password::hash(Secret::new(chosen), console.salt()).await?;
    let accepted = console.app.store.operator_invitations().accept(&session::hash(&token), &hash, now).await?;
    let operators = console.app.store.operators().list().await?;
    let operator = operators.into_iter().find(|operator| Some(operator.id) == accepted).ok_or_else(over)?;
    attempt.passed();
    tracing::info!(operator.name = %operator.name, "an operator chose a password");
    let signed_in = session::begin(&console, &operator, hash, now).await?.ok_or_else(over)?;
    Ok((signed_in, Redirect::to(&console.root())).into_response())
}

async fn find(console: &Console, token: &str) -> Result<Option<InvitationRow>, Refusal> {
    Ok(console.app.store.operator_invitations().lookup(&session::hash(token), console.now()).await?)
}

/// Used, over, replaced by another, or never there: whoever has it cannot tell, and need not.
fn over() -> Refusal {
    let advice = "Each link works once, for three days, and until another one is made. Ask an owner of this server for a new one.";
    Refusal::new(StatusCode::GONE, "This link does not work any more", advice)
}

fn page(console: &Console, token: &str, found: &InvitationRow, problems: [Option<String>; 2], problem: Option<String>) -> String {
    let page = InvitationPage {
        root: console.root(),
        action: format!("{}/invitation/{token}", console.root()),
        name: found.name.to_string(),
        role: shown(found.role),
        is_reset: found.has_password,
        fields: password::fields(problems).to_vec(),
        problem,
    };
    page.render()
}

//! Another role.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;
use syncline_domain::Role;
use syncline_store::Changed;

use super::show::{find, page, unknown};
use crate::console::environment::Here;
use crate::console::form::Form;
use crate::console::refusal::Refusal;
use crate::console::session::Session;
use crate::console::state::Console;

/// Gives it. Whoever gives away their own is led to what they still may see.
pub(in crate::console) async fn handle(
    State(console): State<Arc<Console>>,
    here: Here,
    session: Session,
    form: Form,
) -> Result<Response, Refusal> {
    let operator = find(&console, &here).await?;
    let refused = |problem: &str| {
        let page = page(&console, &here, &operator, Some(problem.to_owned()));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response())
    };
    let Some(role) = Role::parse(form.get("role")) else { return refused("Choose a role.") };
    match console.app.store.operators().set_role(operator.id, role, console.now()).await? {
        Changed::Done => {}
        Changed::Unknown => return Err(unknown()),
        Changed::LastOwner => return refused("Nobody else is an owner who can sign in. Make somebody else an owner first."),
    }
    let place = if session.operator == operator.id && role < Role::Owner { "" } else { "/operators" };
    Ok(Redirect::to(&format!("{}/settings{place}?done=role-changed", here.home())).into_response())
}

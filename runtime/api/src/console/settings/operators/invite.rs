//! Links: for somebody new, and for somebody who has forgotten their password. Each is shown in one answer and in no other.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;
use syncline_console::pages::NewLink;
use syncline_domain::{OperatorName, Role};
use syncline_store::{Constraint, Error, NewInvitation, NewOperator};

use super::list::{page, role};
use super::show;
use crate::console::environment::Here;
use crate::console::form::Form;
use crate::console::invitation;
use crate::console::refusal::{Refusal, sentence};
use crate::console::state::Console;

/// Adds somebody.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let link = invitation::link(&console);
    let chosen = Role::parse(form.get("role"));
    let (name, problem) = match OperatorName::new(form.get("name")) {
        Ok(name) => (Some(name), None),
        Err(defect) => (None, Some(format!("{}.", sentence(&defect.to_string())))),
    };
    let problems = match (name, chosen) {
        (Some(name), Some(role)) => {
            let (invitation_hash, expires_at) = (link.token_hash, link.expires_at);
            let new = NewOperator { name: name.clone(), role, invitation_hash, expires_at, now: console.now() };
            match console.app.store.operators().insert(new).await {
                Ok(_) => {
                    let mut page = page(&console, &here).await?;
                    page.new_link = Some(NewLink { name: name.to_string(), link: link.address, is_reset: false });
                    return Ok(Html(page.render()).into_response());
                }
                Err(Error::Conflict { constraint: Constraint::Operator }) => {
                    [Some("Another operator has this name. Capital letters make no difference.".to_owned()), None]
                }
                Err(error) => return Err(error.into()),
            }
        }
        (_, None) => [problem, Some("Choose a role.".to_owned())],
        (None, Some(_)) => [problem, None],
    };
    let mut page = page(&console, &here).await?;
    form.get("name").clone_into(&mut page.fields[0].value);
    page.fields[1] = role(chosen.unwrap_or(Role::Support));
    for (field, problem) in page.fields.iter_mut().zip(problems) {
        field.problem = problem;
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response())
}

/// Another link for somebody: when it is used, their password and their sessions end. Until then everything stays as it is.
pub(in crate::console) async fn again(State(console): State<Arc<Console>>, here: Here) -> Result<Html<String>, Refusal> {
    let operator = show::find(&console, &here).await?;
    let link = invitation::link(&console);
    let new = NewInvitation { operator: operator.id, token_hash: link.token_hash, expires_at: link.expires_at };
    match console.app.store.operator_invitations().insert(new).await {
        Err(Error::Conflict { .. }) => return Err(show::unknown()),
        done => done?,
    }
    let mut page = page(&console, &here).await?;
    page.new_link = Some(NewLink { name: operator.name.to_string(), link: link.address, is_reset: operator.has_password });
    Ok(Html(page.render()))
}

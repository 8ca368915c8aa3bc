//! `/console/{environment}/integrations/{key}`: the settings of an integration.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use syncline_domain::Secret;
use syncline_store::IntegrationPatch;

use crate::console::environment::Here;
use crate::console::form::{Asked, Form};
use crate::console::integrations::draft::Draft;
use crate::console::integrations::{fields, form, lookup, uses, words};
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::integrations::settings;

/// The form, without any secret.
pub(in crate::console) async fn show(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let row = lookup::integration(&console, &here).await?;
    let entry = lookup::entry(&console, &row.provider)?;
    let draft = Draft::of(&entry, &words::name(&console, &row), None, fields::stored(&row));
    let mut page = form::page(&console, &here, &entry, draft, Some(row.key.as_str()));
    page.frame.notice = notice::of(&asked);
    page.uses = uses::of(&console, &here, &row).await?;
    Ok(Html(page.render()))
}

/// Keeps what was entered; a secret that was left empty stays.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, entered: Form) -> Result<Response, Refusal> {
    let row = lookup::integration(&console, &here).await?;
    let entry = lookup::entry(&console, &row.provider)?;
    let mut draft = Draft::of(&entry, "", None, fields::stored(&row));
    draft.enter(&entry, &entered);
    let refused = |draft: Draft, problem: Option<String>| {
        let mut page = form::page(&console, &here, &entry, draft, Some(row.key.as_str()));
        page.problem = problem;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response())
    };
    if !draft.is_fine() {
        return refused(draft, None);
    }
    let credentials = match settings::sealed(&entry, row.credentials.as_ref(), draft.client_body(&entry), Some(draft.config_body(&entry))) {
        Ok(credentials) => credentials,
        Err(error) => return refused(draft, Some(error.message().to_owned())),
    };
    let patch = IntegrationPatch {
        display_name: Some(Some(draft.display_name())),
        credentials: credentials.map(|settings| Secret::new(settings.to_string())),
        now: console.now(),
        ..IntegrationPatch::default()
    };
    let updated = console.app.store.integrations().update(row.id, patch).await?;
    let updated = updated.ok_or_else(|| Refusal::not_found("This integration does not exist"))?;
    Ok(Redirect::to(&format!("{}?done=saved", lookup::place(&here, &updated))).into_response())
}

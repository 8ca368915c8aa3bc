//! `/console/{environment}/catalogue/{provider}`: a new integration.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use serde_json::Map;
use syncline_connect::{ConnectError, CreateIntegration};
use syncline_domain::IntegrationKey;
use syncline_providers::Entry;

use crate::console::environment::Here;
use crate::console::form::Form;
use crate::console::integrations::draft::Draft;
use crate::console::integrations::{form, lookup};
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::integrations::settings;

/// Beyond it a person chooses better than we do.
const KEYS_TRIED: u32 = 20;

/// The form, with a key that is free.
pub(in crate::console) async fn show(State(console): State<Arc<Console>>, here: Here) -> Result<Html<String>, Refusal> {
    let entry = lookup::entry(&console, here.param("provider"))?;
    let key = free_key(&console, &here, &entry).await?;
    let draft = Draft::of(&entry, &entry.display_name, Some(key), Map::new());
    Ok(Html(form::page(&console, &here, &entry, draft, None).render()))
}

/// Makes it, or shows what to mend.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, entered: Form) -> Result<Response, Refusal> {
    let entry = lookup::entry(&console, here.param("provider"))?;
    let mut draft = Draft::of(&entry, "", Some(String::new()), Map::new());
    draft.enter(&entry, &entered);
    let refused = |draft: Draft, problem: Option<String>| {
        let mut page = form::page(&console, &here, &entry, draft, None);
        page.problem = problem;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response())
    };
    let Some(key) = draft.key().filter(|_| draft.is_fine()) else { return refused(draft, None) };
    let credentials = match settings::sealed(&entry, None, draft.client_body(&entry), Some(draft.config_body(&entry))) {
        Ok(credentials) => credentials,
        Err(error) => return refused(draft, Some(error.message().to_owned())),
    };
    let new = CreateIntegration {
        provider: entry.key.clone(),
        key,
        display_name: Some(draft.display_name()),
        credentials,
        custom: None,
        forward_webhooks: true,
    };
    match console.app.connect.create_integration(here.environment, new).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/connections?done=added", here.home())).into_response()),
        Err(ConnectError::KeyTaken { .. }) => {
            draft.refuse_key("Another integration has this key. Choose another one.");
            refused(draft, None)
        }
        Err(other) => Err(other.into()),
    }
}

/// The provider's own name, or with a number where that is taken.
async fn free_key(console: &Console, here: &Here, entry: &Entry) -> Result<String, Refusal> {
    for number in 1..=KEYS_TRIED {
        let name = if number == 1 { entry.key.clone() } else { format!("{}-{number}", entry.key) };
        let Ok(key) = IntegrationKey::new(name) else { break };
        if console.app.store.integrations().lookup(here.environment, &key).await?.is_none() {
            return Ok(key.to_string());
        }
    }
    Ok(String::new())
}

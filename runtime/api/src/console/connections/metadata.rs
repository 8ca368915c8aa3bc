//! `/console/{environment}/connections/{row}/metadata`

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use serde_json::value::RawValue;
use syncline_console::pages::Section;

use crate::console::connections::{find, show};
use crate::console::environment::Here;
use crate::console::form::Form;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// Replaces it. What is no object is shown again, with what is wrong with it.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let row = find::in_path(&console, &here).await?;
    let entered = form.get("metadata");
    let problem = match serde_json::from_str::<&RawValue>(entered) {
        Ok(json) if json.get().starts_with('{') => None,
        Ok(_) => Some("This is JSON, but no object: it begins with { and ends with }.".to_owned()),
        Err(defect) => Some(format!("This is no JSON: {defect}.")),
    };
    if problem.is_some() {
        let page = show::page(&console, &here, here.frame(Section::Connections), &row, entered.to_owned(), problem).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
    }
    console.app.store.connections().set_metadata_by_row_id(row.id, entered, console.now()).await?;
    Ok(Redirect::to(&format!("{}/connections/{}?done=saved", here.home(), row.id)).into_response())
}

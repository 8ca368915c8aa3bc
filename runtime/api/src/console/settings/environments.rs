//! Environments are made and deleted.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use syncline_console::pages::{Removal, Section};
use syncline_domain::EnvironmentName;

use super::general;
use crate::console::environment::Here;
use crate::console::form::Form;
use crate::console::refusal::{Refusal, sentence};
use crate::console::request::Wanted;
use crate::console::state::Console;
use crate::environments;

/// Makes one, and leads to its keys: it has none yet.
pub(in crate::console) async fn create(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let entered = form.get("name");
    let made = match EnvironmentName::new(entered) {
        Ok(name) => environments::create::make(&console.app, name, false).await.map_err(|error| error.message().to_owned()),
        Err(defect) => Err(defect.to_string()),
    };
    match made {
        Ok(row) => Ok(Redirect::to(&format!("{}/{}/settings/api-keys?done=environment-added", console.root(), row.name)).into_response()),
        Err(problem) => {
            let policy = console.app.store.record_policies().lookup(here.environment).await?;
            let days = [policy.prune_after_days.to_string(), policy.delete_after_days.to_string()];
            let mut page = general::page(&console, &here, days).await?;
            for field in &mut page.new_environment {
                entered.clone_into(&mut field.value);
                field.problem = Some(format!("{}.", sentence(&problem)));
            }
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response())
        }
    }
}

/// Asks whether this one should go, with all that goes.
pub(in crate::console) async fn ask(State(_): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    refuse_production(&here)?;
    let removal = Removal {
        frame: here.frame(Section::Settings),
        title: format!("Delete the environment {}?", here.row.name),
        subject: here.row.name.to_string(),
        losses: vec![
            "Its API keys open nothing any more, at once.".to_owned(),
            "Its connections are disconnected, and their credentials destroyed.".to_owned(),
            "Its integrations, functions, records, runs and logs are removed. No copy is kept.".to_owned(),
        ],
        action: format!("{}/settings/delete", here.home()),
        verb: "Delete".to_owned(),
        back: format!("{}/settings", here.home()),
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(removal.render()))
}

/// Deletes it.
pub(in crate::console) async fn delete(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    refuse_production(&here)?;
    console.app.store.environments().delete(here.environment, console.now()).await?;
    console.app.keys.forget();
    let rest = console.app.store.environments().list().await?;
    // There is one at least: production cannot be deleted.
    let first = rest.first().ok_or_else(|| Refusal::not_found("This server has no environment"))?;
    Ok(Redirect::to(&format!("{}/{}/settings?done=environment-deleted", console.root(), first.name)))
}

fn refuse_production(here: &Here) -> Result<(), Refusal> {
    if here.row.is_production {
        return Err(Refusal::bad_request("This environment is for production", "It cannot be deleted."));
    }
    Ok(())
}

//! `/console/{environment}/functions/{function}/rollback/{deployment}`: its integration gets what it had behind an earlier deployment.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, Redirect};
use http::StatusCode;
use serde_json::json;
use syncline_console::pages::{Removal, Section};
use syncline_domain::{DeploymentId, OperationKind};
use syncline_store::{Change, Deployed, FunctionRow, NewDeployment, Outcome, Rollback};

use super::show::{find, word};
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::request::Wanted;
use crate::console::state::Console;

/// Says what would change, and asks whether that is meant.
pub(in crate::console) async fn ask(State(console): State<Arc<Console>>, here: Here, wanted: Wanted) -> Result<Html<String>, Refusal> {
    let row = find(&console, &here).await?;
    let (to, deployed) = roll_back(&console, &here, &row, true).await?;
    let mut losses: Vec<String> = deployed
        .functions
        .iter()
        .filter(|function| function.change != Change::Unchanged)
        .map(|function| format!("{} {} is {}.", function.kind.as_str(), function.name, word(function.change)))
        .collect();
    losses.extend(deployed.deleted.iter().map(|function| {
        let running = if function.connections > 0 { format!(" and stops on {} connections", function.connections) } else { String::new() };
        format!("{} {} is deleted{running}.", function.kind.as_str(), function.name)
    }));
    for lost in deployed.functions.iter().chain(&deployed.deleted).flat_map(|function| &function.lost) {
        losses.push(format!("Nothing saves {} any more; its {} records stay as they are.", lost.name, lost.records));
    }
    if losses.is_empty() {
        losses.push("Nothing changes: the integration has the same functions now.".to_owned());
    }
    let removal = Removal {
        frame: here.frame(Section::Functions),
        title: format!("Roll {} back?", row.integration_key),
        subject: to.to_string(),
        losses,
        action: format!("{}/functions/{}/rollback/{to}", here.home(), row.id),
        verb: "Roll back".to_owned(),
        back: format!("{}/functions/{}", here.home(), row.id),
        is_dialog: wanted == Wanted::Part,
    };
    Ok(Html(removal.render()))
}

/// Does it. The question said what goes.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let row = find(&console, &here).await?;
    let (_, deployed) = roll_back(&console, &here, &row, false).await?;
    let Some(id) = deployed.deployment else {
        return Ok(Redirect::to(&format!("{}/functions/{}?done=unchanged", here.home(), row.id)));
    };
    let note = console.app.operation(here.environment, OperationKind::DeployCustom).by_operator().of(&row.integration_key);
    note.succeeded(&console.app, "rolled back".to_owned(), &json!({ "meta": { "deployment": id } }));
    // The function may be one that went.
    Ok(Redirect::to(&format!("{}/functions?integration={}&done=rolled-back", here.home(), row.integration_key)))
}

async fn roll_back(console: &Console, here: &Here, row: &FunctionRow, dry_run: bool) -> Result<(DeploymentId, Deployed), Refusal> {
    let unknown = || Refusal::not_found("There is no such deployment any more");
    let to: DeploymentId = here.param("deployment").parse().map_err(|_| unknown())?;
    let now = console.now();
    let id = DeploymentId::new(now, *console.salt().last_chunk().expect("ten of sixteen"));
    let new = NewDeployment { id, environment: here.environment, by: None, allow_destructive: true, dry_run, now };
    match console.app.store.deployments().rollback(Rollback { new, to, integrations: Some(vec![row.integration]) }).await? {
        Outcome::Done(deployed) | Outcome::Destructive(deployed) => Ok((to, deployed)),
        Outcome::Unknown | Outcome::Missing(_) => Err(unknown()),
        Outcome::Forgotten(key) => {
            let advice = "The last 20 deployments of each integration are kept. Deploy the older version from your own sources.";
            Err(Refusal::new(StatusCode::CONFLICT, format!("What {key} had then is not kept any more"), advice))
        }
    }
}

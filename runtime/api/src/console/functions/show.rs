//! `/console/{environment}/functions/{function}`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Action, Badge, Block, Cell, Column, Detail, Empty, Facts, Frame, JsonBlock, Part, Section, Table, Tone};
use syncline_domain::{FunctionId, Grant};
use syncline_store::{Change, DeploymentKind, DeploymentRow, FunctionRow, RunSearch};

use super::list::schedule;
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::runs;
use crate::console::state::Console;
use crate::console::words::moment;

/// What is kept of an integration's deployments.
const DEPLOYMENTS: u32 = 20;
const RUNS: u32 = 5;

/// What it is, what it may do, what became of it.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let row = find(&console, &here).await?;
    let store = &console.app.store;
    let search = RunSearch {
        environment: here.environment,
        state: None,
        function: Some(row.definition.name.clone()),
        connection: None,
        integration: Some(row.integration_key.clone()),
        since: None,
        before: None,
        limit: RUNS,
    };
    let runs = store.runs().browse(search).await?.rows;
    let deployments = store.deployments().list(here.environment, Some(row.integration), None, DEPLOYMENTS).await?;
    let narrowed = [("function", row.definition.name.as_str()), ("integration", row.integration_key.as_str())];
    let all = link(&format!("{}/runs", here.home()), &narrowed);
    let latest = match runs::list::table(&here, &runs) {
        Some(table) => Part::Table(table),
        None => Part::Empty(Empty::new("It has not run yet", "Its runs appear here.")),
    };
    let mut blocks = vec![Block::new("About", Part::Facts(facts(&row, &deployments))), Block::new("Latest runs", latest)];
    blocks.extend(schemas(&row));
    blocks.push(history(&here, &row, &deployments));
    let page = Detail {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Functions) },
        back: Some((format!("{}/functions", here.home()), "All functions".to_owned())),
        title: row.definition.name.to_string(),
        badge: Some(if row.enabled { Badge::new(Tone::Good, "On") } else { Badge::new(Tone::Plain, "Off") }),
        lead: row.definition.description.clone(),
        actions: vec![Action::link(all, "All its runs", "")],
        tabs: None,
        blocks,
    };
    Ok(Html(page.render()))
}

/// `{function}` of the path. One of another environment is as unknown as one that never was.
pub(super) async fn find(console: &Console, here: &Here) -> Result<FunctionRow, Refusal> {
    let unknown = || Refusal::not_found("There is no such function");
    let id = here.param("function").parse().map(FunctionId).map_err(|_| unknown())?;
    let row = console.app.store.functions().lookup(id).await?;
    row.filter(|row| row.environment == here.environment).ok_or_else(unknown)
}

fn facts(row: &FunctionRow, deployments: &[DeploymentRow]) -> Facts {
    let definition = &row.definition;
    let list = |items: &[String]| (!items.is_empty()).then(|| Cell::Text(items.join(", ")));
    let by = deployments.iter().find(|one| Some(one.id) == row.deployment).and_then(|one| one.by.as_ref());
    let limits = &definition.limits;
    let limits: Vec<String> = [(limits.memory_mb, "MB of memory"), (limits.wall_time_s, "s in all"), (limits.cpu_time_s, "s of computing")]
        .into_iter()
        .filter_map(|(value, unit)| value.map(|value| format!("{value} {unit}")))
        .collect();
    let grants: Vec<String> = definition.grants.iter().map(|Grant::Credentials| "the connection's credentials".to_owned()).collect();
    Facts::default()
        .and("Kind", Cell::text(definition.kind.as_str()))
        .and("Integration", Cell::code(row.integration_key.as_str()))
        .and("Version", Cell::Number(row.version.unsigned_abs()))
        .and_some("Its author's version", definition.version.clone().map(Cell::Text))
        .and_some("Schedule", schedule(row).map(Cell::Text))
        .and("Deployed", Cell::Moment(moment(row.deployed_at)))
        .and_some("Deployed with the key", by.map(|by| Cell::text(&by.name)))
        .and_some("OAuth scopes", list(&definition.scopes))
        .and_some("Webhooks", list(&definition.webhook_subscriptions))
        .and("Limits", list(&limits).unwrap_or_else(|| Cell::text("those of the server")))
        .and("May reach", list(&definition.egress).unwrap_or_else(|| Cell::text("its provider only")))
        .and_some("Sees", list(&grants))
        .and("Component", Cell::code(row.digest.to_string()))
}

fn schemas(row: &FunctionRow) -> Option<Block> {
    let definition = &row.definition;
    let of = |label: &str, schema: &Option<Box<serde_json::value::RawValue>>| {
        schema.as_ref().map(|schema| Part::Json(JsonBlock::new(label, schema.get())))
    };
    let models = definition.models.iter().map(|model| Part::Json(JsonBlock::new(&format!("Model {}", model.name), model.schema.get())));
    let others = [
        of("Input", &definition.input),
        of("Output", &definition.output),
        of("Metadata", &definition.metadata),
        of("Checkpoint", &definition.checkpoint),
    ];
    let mut parts = models.chain(others.into_iter().flatten());
    let block = Block::new("Models and schemas", parts.next()?).saying("What it saves, takes and gives, as JSON Schema.");
    Some(parts.fold(block, Block::and))
}

fn history(here: &Here, row: &FunctionRow, deployments: &[DeploymentRow]) -> Block {
    let entry = |one: &DeploymentRow| {
        let what = match one.kind {
            DeploymentKind::Deploy => "Deployed",
            DeploymentKind::Rollback => "Rolled back",
            DeploymentKind::Initial => "Before deployments were kept",
        };
        let mine = one.changes.iter().filter(|change| change.integration == row.integration_key);
        let changes: Vec<_> = mine.map(|change| format!("{} {}", change.name, word(change.change))).collect();
        let is_current = one.integrations.iter().any(|(key, is_current)| *key == row.integration_key && *is_current);
        let action = if is_current {
            Cell::Badge(Badge::new(Tone::Good, "Now in place"))
        } else if !here.may_develop() {
            Cell::Nothing
        } else {
            let href = format!("{}/functions/{}/rollback/{}", here.home(), row.id, one.id);
            Cell::Actions(vec![Action::ask(href, "Roll back", "to this deployment")])
        };
        vec![
            Cell::Moment(moment(one.created_at)),
            Cell::text(what),
            one.by.as_ref().map_or(Cell::Nothing, |by| Cell::text(&by.name)),
            if changes.is_empty() { Cell::Nothing } else { Cell::Text(changes.join(", ")) },
            action,
        ]
    };
    let part = if deployments.is_empty() {
        Part::Empty(Empty::new("No deployments", "It came with the server, or was deployed before deployments were kept."))
    } else {
        Part::Table(Table {
            caption: "Deployments of its integration, newest first".to_owned(),
            columns: ["When", "What", "Key", "Changes", "Put back"].map(Column::new).to_vec(),
            rows: deployments.iter().map(entry).collect(),
        })
    };
    let lead = format!("Of all functions of {}: what is deployed together is rolled back together.", row.integration_key);
    Block::new("Deployments", part).saying(lead)
}

pub(super) const fn word(change: Change) -> &'static str {
    change.as_str()
}

//! The environment, and what it keeps.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use syncline_console::pages::{Action, Badge, Cell, Column, Facts, Field, Frame, GeneralPage, Look, Moment, Section, Table, Tone};
use syncline_store::RecordPolicy;

use crate::console::environment::Here;
use crate::console::form::{Asked, Form};
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::record_policy::update::MAX_DAYS;

/// The page.
pub(in crate::console) async fn show(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let policy = console.app.store.record_policies().lookup(here.environment).await?;
    let mut page = page(&console, &here, [policy.prune_after_days.to_string(), policy.delete_after_days.to_string()]).await?;
    page.frame.notice = notice::of(&asked);
    Ok(Html(page.render()))
}

/// Keeps for how long records are kept.
pub(in crate::console) async fn keep(State(console): State<Arc<Console>>, here: Here, form: Form) -> Result<Response, Refusal> {
    let entered = ["prune_after_days", "delete_after_days"].map(|name| form.get(name).to_owned());
    let days = [0, 1].map(|at| entered[at].parse::<u32>().ok().filter(|days| *days <= MAX_DAYS));
    let [Some(prune_after_days), Some(delete_after_days)] = days else {
        let mut page = page(&console, &here, entered).await?;
        for (field, days) in page.retention.iter_mut().zip(days) {
            field.problem = days.is_none().then(|| format!("Enter a whole number of days, {MAX_DAYS} at most; 0 keeps them for ever."));
        }
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render())).into_response());
    };
    console.app.store.record_policies().set(here.environment, RecordPolicy { prune_after_days, delete_after_days }).await?;
    Ok(Redirect::to(&format!("{}/settings?done=saved", here.home())).into_response())
}

/// With these numbers of days in the form.
pub(super) async fn page(console: &Console, here: &Here, days: [String; 2]) -> Result<GeneralPage, Refusal> {
    let frame: Frame = here.frame(Section::Settings);
    let rows = console.app.store.environments().list().await?;
    let environment = |row: &syncline_store::EnvironmentRow| {
        vec![
            Cell::link(format!("{}/{}/settings", frame.root, row.name), row.name.to_string()),
            if row.is_production { Cell::Badge(Badge::new(Tone::Good, "Production")) } else { Cell::Nothing },
            Cell::Moment(Moment::new(row.created_at.to_millis_z())),
        ]
    };
    let environments = Table {
        caption: "Environments".to_owned(),
        columns: vec![Column::new("Name"), Column::new("For"), Column::new("Made")],
        rows: rows.iter().map(environment).collect(),
    };
    let [prune, delete] = days;
    let field = |name: &str, label: &str, value: String, help: &str| Field { value, help: help.to_owned(), ..Field::new(name, label) };
    let retention = vec![
        field(
            "prune_after_days",
            "Days until a payload that did not change goes",
            prune,
            "The record stays, without its payload. 0 keeps it for ever.",
        ),
        field("delete_after_days", "Days until the records of a sync that does not run go", delete, "0 keeps them for ever."),
    ];
    let name = Field {
        help: "Lower-case letters, digits, _ and -. Like staging.".to_owned(),
        example: "staging".to_owned(),
        ..Field::new("name", "Name")
    };
    let path = format!("{}/settings/delete", here.home());
    Ok(GeneralPage {
        facts: facts(console, here),
        retention,
        kept: kept(),
        environments,
        new_environment: vec![name],
        delete: (!here.row.is_production && here.may_own())
            .then(|| Action::ask(path, "Delete…", here.row.name.to_string()).looking(Look::Danger)),
        frame,
    })
}

fn facts(console: &Console, here: &Here) -> Facts {
    let purpose = if here.row.is_production { "Production: it cannot be deleted" } else { "Development and tests" };
    Facts::default()
        .and("Name", Cell::text(here.row.name.to_string()))
        .and("Id", Cell::code(here.row.uuid.to_string()))
        .and("For", Cell::text(purpose))
        .and("Made", Cell::Moment(Moment::new(here.row.created_at.to_millis_z())))
        .and("Server", Cell::code(console.app.options.public_url.to_string()))
        .and("Webhooks", Cell::link(format!("{}/webhooks", here.home()), "Addresses and signing key"))
}

/// What nobody sets here: the store's and the worker's own limits.
fn kept() -> Table {
    let rows = [
        ("Webhooks to your backend, with their attempts", "30 days"),
        ("Webhooks from providers", "15 days"),
        ("Results of asynchronous actions", "5 days"),
        ("This console’s audit log", "400 days"),
        ("Figures of the overview", "35 days"),
        ("Runs, their logs, and operations", "15 days, or as SYNCLINE_KEEP_OPERATIONS_DAYS says"),
    ];
    Table {
        caption: "For how long what is kept".to_owned(),
        columns: vec![Column::new("What"), Column::new("For how long")],
        rows: rows.map(|(what, how_long)| vec![Cell::text(what), Cell::text(how_long)]).to_vec(),
    }
}

//! `/console/{environment}/functions`

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Badge, Cell, Column, Empty, Filter, Filters, Frame, Listing, Pager, Section, Table, Tone};
use syncline_store::FunctionRow;

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::notice;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::words::moment;

/// With more on one page nobody finds anything; the filters find the rest.
const SHOWN: usize = 200;

/// What the environment has, by integration, kind and name.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let path = format!("{}/functions", here.home());
    let [name, kind, integration, after] = ["name", "kind", "integration", "after"].map(|name| asked.get(name));
    let all = console.app.store.functions().list(here.environment, None).await?;
    let fits = |row: &&FunctionRow| {
        row.definition.name.as_str().contains(name)
            && (kind.is_empty() || row.definition.kind.as_str() == kind)
            && (integration.is_empty() || row.integration_key.as_str() == integration)
    };
    let found: Vec<_> = all.iter().filter(fits).collect();
    let from = after.parse::<usize>().unwrap_or(0).min(found.len());
    let shown = &found[from..found.len().min(from + SHOWN)];
    let mut keys: Vec<&str> = all.iter().map(|row| row.integration_key.as_str()).collect();
    keys.dedup();
    let filters = Filters {
        path: path.clone(),
        fields: vec![
            Filter::text("name", "Name", name, "part of its name"),
            Filter::choice("kind", "Kind", kind, ["sync", "action", "event"].map(|kind| (kind, kind))),
            Filter::choice("integration", "Integration", integration, keys.into_iter().map(|key| (key, key))),
        ],
    };
    let view = |after: &str| link(&path, &[("name", name), ("kind", kind), ("integration", integration), ("after", after)]);
    let older = (from + SHOWN < found.len()).then(|| view(&(from + SHOWN).to_string()));
    let page = Listing {
        frame: Frame { notice: notice::of(&asked), ..here.frame(Section::Functions) },
        title: "Functions".to_owned(),
        lead: "Syncs, actions and event functions that are deployed to this environment.".to_owned(),
        tabs: None,
        empty: empty(filters.is_used(), &path),
        filters: (!all.is_empty()).then_some(filters),
        table: table(&path, shown),
        pager: Pager { label: "Pages of functions".to_owned(), newest: (from > 0).then(|| view("")), older },
        live: None,
    };
    Ok(Html(page.render()))
}

fn empty(is_narrowed: bool, path: &str) -> Empty {
    if is_narrowed {
        return Empty::new("No such functions", "No function fits what you chose.").with_link(path, "Show all functions");
    }
    let text = "A function is your code: a sync that keeps records fresh, an action that your product calls, or one that runs when an account is \
                connected. Make a project with `syncline init`, write one, and deploy it.";
    Empty::new("Nothing is deployed yet", text).with_command("syncline init my-functions && syncline deploy my-functions")
}

fn table(path: &str, rows: &[&FunctionRow]) -> Option<Table> {
    let row = |row: &&FunctionRow| {
        let definition = &row.definition;
        let state = if row.enabled { Badge::new(Tone::Good, "On") } else { Badge::new(Tone::Plain, "Off") };
        vec![
            Cell::Lines(vec![
                Cell::link(format!("{path}/{}", row.id), definition.name.as_str()),
                Cell::Muted(definition.description.clone()),
            ]),
            Cell::text(definition.kind.as_str()),
            Cell::code(row.integration_key.as_str()),
            schedule(row).map_or(Cell::Nothing, Cell::Text),
            Cell::Badge(state),
            Cell::Number(row.version.unsigned_abs()),
            Cell::Moment(moment(row.deployed_at)),
        ]
    };
    let columns = ["Function", "Kind", "Integration", "Schedule", "State"].map(Column::new).into_iter();
    let columns = columns.chain([Column::number("Version"), Column::new("Deployed")]).collect();
    (!rows.is_empty()).then(|| Table {
        caption: "Functions, by integration, kind and name".to_owned(),
        columns,
        rows: rows.iter().map(row).collect(),
    })
}

/// As its author wrote it, with its time zone.
pub(super) fn schedule(row: &FunctionRow) -> Option<String> {
    let schedule = row.definition.schedule.as_ref()?;
    Some(row.definition.time_zone.as_ref().map_or_else(|| schedule.clone(), |zone| format!("{schedule} ({zone})")))
}

//! `/console/{environment}/records/{row}/{model}/{variant}`: the records of a collection, the latest change first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{Cell, Column, Empty, Filter, Filters, Pager, RecordsPage, Section, Tab, Table, Tabs};
use syncline_domain::Action;
use syncline_store::{BrowseRecords, HeadPage, RecordHead};

use super::collection::{Collection, path};
use super::words::{badge, moment, shortened, size};
use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::refusal::Refusal;
use crate::console::state::Console;
use crate::console::times::{Range, Times};

/// A screen or two.
const PER_PAGE: u32 = 50;
const PREVIEW_CHARS: usize = 120;

const ACTIONS: [(Action, &str); 3] = [(Action::Added, "Added"), (Action::Updated, "Updated"), (Action::Deleted, "Deleted")];

/// All of them, those to which something happened last, or those whose ids begin alike.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let of = Collection::in_path(&console, &here).await?;
    let records = console.app.store.records();
    let action = ACTIONS.into_iter().map(|(action, _)| action).find(|action| action_name(*action) == asked.get("action"));
    // Ids may begin with a space.
    let id = asked.exact("id");
    let before = Some(asked.get("before").to_owned()).filter(|cursor| !cursor.is_empty());
    let is_first = before.is_none();
    let times = Times::of(&asked);
    let range = times.range(console.now());
    let HeadPage { rows, next } = if id.is_empty() {
        match &range {
            Ok(Range { since, until }) => {
                let (since, until, limit) = (*since, *until, PER_PAGE);
                records.browse(BrowseRecords { collection: of.reference(), before, action, since, until, limit }).await.map_err(refused)?
            }
            // What is no time finds nothing, instead of everything.
            Err(_) => HeadPage::default(),
        }
    } else {
        let mut rows = records.beginning_with(&of.reference(), id, PER_PAGE + 1).await?;
        let Range { since, until } = range.clone().unwrap_or_default();
        let is_within = |at| since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until);
        rows.retain(|row| range.is_ok() && action.is_none_or(|action| row.action == action) && is_within(row.updated_at));
        HeadPage { rows, next: None }
    };
    let is_cut = rows.len() > PER_PAGE as usize;
    let here_path = of.path(&here);
    let chosen = action.map(action_name).unwrap_or_default();
    let file = |format| link(&format!("{here_path}/export"), &[("format", format), ("action", chosen)]);
    let columns = vec![Column::new("Id"), Column::new("Last change"), Column::new("When"), Column::number("Size"), Column::new("Begins")];
    let cells: Vec<_> = rows.iter().take(PER_PAGE as usize).map(|row| cells(&here_path, row)).collect();
    let is_narrowed = !id.is_empty() || action.is_some() || times.are_given();
    let address = |before: &str| link(&here_path, &[&[("action", chosen)], times.query().as_slice(), &[("before", before)]].concat());
    let page = RecordsPage {
        frame: here.frame(Section::Records),
        back: Some((format!("{}/records/{}", here.home(), of.connection.id), format!("Records of {}", of.connection.name))),
        title: of.title(),
        lead: "The latest change first: this is the order, reversed, in which your backend reads them by cursor.".to_owned(),
        files: vec![(file("jsonl"), "Export JSON lines".to_owned()), (file("csv"), "Export CSV".to_owned())],
        variants: variants(&console, &here, &of).await?,
        filters: Some(Filters {
            path: here_path.clone(),
            fields: vec![
                Filter::text("id", "Id begins with", id, "as your product reads it"),
                Filter::choice("action", "Last change", chosen, ACTIONS.map(|(action, name)| (action_name(action), name))),
            ]
            .into_iter()
            .chain(times.filters())
            .collect(),
        }),
        table: (!cells.is_empty()).then(|| Table { caption: of.title(), columns, rows: cells }),
        empty: match (is_narrowed, &next) {
            _ if range.is_err() => Empty::new("This cannot be looked for", range.err().unwrap_or_default()),
            (true, Some(_)) => {
                Empty::new("None so far", "Among the 5,000 changes that were looked at there is none. Older ones are on the next page.")
            }
            (true, None) => {
                Empty::new("None found", "No record fits what you asked for. Ids are compared as they are: upper and lower case differ.")
            }
            (false, _) => Empty::new("No records", "No sync has saved anything of this model for this connection."),
        },
        note: is_cut.then(|| format!("The first {PER_PAGE} by id. Write more of the id to see others.")),
        pager: Pager {
            label: "Pages of records".to_owned(),
            newest: (!is_first).then(|| address("")),
            older: next.as_deref().map(address),
        },
    };
    Ok(Html(page.render()))
}

/// As in the address.
pub(super) fn action_name(action: Action) -> &'static str {
    match action {
        Action::Added => "added",
        Action::Updated => "updated",
        Action::Deleted => "deleted",
    }
}

/// A cursor from before the records were deleted for good, or of somewhere else.
fn refused(error: syncline_store::Error) -> Refusal {
    match error {
        syncline_store::Error::Cursor => Refusal::bad_request(
            "This page of the list is not there any more",
            "Begin at its first page: take `before` out of the address.",
        ),
        other => other.into(),
    }
}

async fn variants(console: &Console, here: &Here, of: &Collection) -> Result<Option<Tabs>, Refusal> {
    let held = console.app.store.records().counts(of.connection.id).await?;
    let tabs: Vec<_> = held
        .into_iter()
        .filter(|counts| counts.model == of.model)
        .map(|counts| Tab {
            title: counts.variant.to_string(),
            href: path(here, &of.connection, &counts.model, &counts.variant),
            is_current: counts.variant == of.variant,
        })
        .collect();
    Ok((tabs.len() > 1).then(|| Tabs { label: "Variants".to_owned(), tabs }))
}

fn cells(path: &str, row: &RecordHead) -> Vec<Cell> {
    let begins = match (&row.payload, row.pruned_at) {
        (_, Some(_)) => Cell::Muted("its content is not kept any more".to_owned()),
        (Some(payload), None) => Cell::Muted(shortened(payload, PREVIEW_CHARS)),
        (None, None) => Cell::Muted("longer than fits here".to_owned()),
    };
    vec![
        Cell::link(link(&format!("{path}/record"), &[("id", row.external_id.as_str())]), row.external_id.to_string()),
        Cell::Badge(badge(row.action)),
        Cell::Moment(moment(row.updated_at)),
        Cell::text(size(row.size_bytes)),
        begins,
    ]
}

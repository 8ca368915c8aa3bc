//! What people did in the console.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{AuditPage, Badge, Cell, Column, Moment, Pager, Section, Table, Tone};
use syncline_store::{AuditEventRow, AuditOutcome};

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// A screen or two.
const PER_PAGE: u32 = 50;

/// Newest first.
pub(in crate::console) async fn list(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let before = asked.get("before").parse::<i64>().ok();
    // One more tells whether a page follows.
    let mut rows = console.app.store.audit_events().list(before, PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let path = format!("{}/settings/audit", here.home());
    let page = AuditPage {
        frame: here.frame(Section::Settings),
        table: Table {
            caption: "What people did".to_owned(),
            columns: ["What", "To what", "Environment", "Outcome", "Who", "When"].map(Column::new).to_vec(),
            rows: rows.iter().map(row).collect(),
        },
        pager: Pager {
            label: "Pages of the audit log".to_owned(),
            newest: before.map(|_| path.clone()),
            older: rows.last().filter(|_| more).map(|row| format!("{path}?before={}", row.id)),
        },
    };
    Ok(Html(page.render()))
}

fn row(event: &AuditEventRow) -> Vec<Cell> {
    let (tone, word) = match event.outcome {
        AuditOutcome::Begun => (Tone::Warn, "Not known"),
        AuditOutcome::Done => (Tone::Good, "Done"),
        AuditOutcome::Refused => (Tone::Plain, "Refused"),
        AuditOutcome::Failed => (Tone::Bad, "Failed"),
    };
    let who = match &event.session {
        Some(session) => Cell::Text(format!("Operator, session {session}")),
        // Of those who tried to sign in, only who could is known.
        None => Cell::text("Somebody who was not signed in"),
    };
    let address = event.address.as_ref().map(|address| Cell::Muted(format!("from {address}")));
    vec![
        Cell::text(words(&event.action, event.outcome)),
        if event.subject.is_empty() { Cell::Nothing } else { Cell::code(event.subject.as_str()) },
        event.environment.as_ref().map_or(Cell::Nothing, |name| Cell::text(name.as_str())),
        Cell::Badge(Badge::new(tone, word)),
        Cell::Lines(std::iter::once(who).chain(address).collect()),
        Cell::Moment(Moment::new(event.at.to_millis_z())),
    ]
}

/// The routes' names for people; a route that has none shows itself.
const WORDS: &[(&str, &str)] = &[
    ("/sign-in", "Signed in"),
    ("/setup", "Set the first password"),
    ("/sign-out", "Signed out"),
    ("/{environment}/connections/{row}/metadata", "Changed a connection's metadata"),
    ("/{environment}/connections/{row}/refresh", "Had credentials renewed"),
    ("/{environment}/connections/{row}/syncs/{sync}/run", "Had a sync run"),
    ("/{environment}/connections/{row}/syncs/{sync}/resync", "Had a sync read everything again"),
    ("/{environment}/connections/{row}/syncs/{sync}/start", "Started a sync"),
    ("/{environment}/connections/{row}/syncs/{sync}/pause", "Paused a sync"),
    ("/{environment}/connections/{row}/syncs/{sync}/frequency", "Changed how often a sync runs"),
    ("/{environment}/connections/{row}/syncs/{sync}/variants", "Made a variant of a sync"),
    ("/{environment}/connections/{row}/syncs/{sync}/delete", "Deleted a variant of a sync"),
    ("/{environment}/connections/{row}/test", "Tested a connection"),
    ("/{environment}/connections/{row}/reconnect", "Began to reconnect"),
    ("/{environment}/connections/{row}/disconnect", "Disconnected"),
    ("/{environment}/catalogue/{provider}", "Added an integration"),
    ("/{environment}/integrations/{key}", "Changed an integration"),
    ("/{environment}/integrations/{key}/delete", "Deleted an integration"),
    ("/{environment}/integrations/{key}/connect", "Began to connect an account"),
    ("/{environment}/functions/{function}/rollback/{deployment}", "Rolled functions back"),
    ("/{environment}/runs/{run}/again", "Had a function run again"),
    ("/{environment}/runs/{run}/cancel", "Cancelled a run"),
    ("/{environment}/webhooks", "Changed where webhooks go"),
    ("/{environment}/webhooks/rotate", "Made a new signing key"),
    ("/{environment}/webhooks/deliveries/{id}/replay", "Sent a webhook again"),
    ("/{environment}/webhooks/endpoints/{id}/enable", "Had an address tried again"),
    ("/{environment}/webhooks/incoming/replay", "Replayed received webhooks"),
    ("/{environment}/webhooks/incoming/{id}/replay", "Replayed a received webhook"),
    ("/{environment}/settings/retention", "Changed for how long records are kept"),
    ("/{environment}/settings/environments", "Added an environment"),
    ("/{environment}/settings/delete", "Deleted the environment"),
    ("/{environment}/settings/api-keys", "Made an API key"),
    ("/{environment}/settings/api-keys/{id}/delete", "Deleted an API key"),
    ("/{environment}/settings/variables", "Set a variable"),
    ("/{environment}/settings/variables/{name}/delete", "Deleted a variable"),
];

fn words(action: &str, outcome: AuditOutcome) -> String {
    let path = action.strip_prefix("POST /console").unwrap_or(action);
    if path == "/sign-in" && outcome != AuditOutcome::Done {
        return "Tried to sign in".to_owned();
    }
    WORDS.iter().find(|(route, _)| *route == path).map_or_else(|| action.to_owned(), |(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_person_can_do_has_words() {
        let routes = include_str!("../../console.rs").lines().filter_map(|line| line.trim().strip_prefix(".route(\""));
        let posted: Vec<_> = routes.filter_map(|line| line.split_once('"')).filter(|(_, methods)| methods.contains("post(")).collect();
        assert!(posted.len() > 30, "the routes are written in another way: {posted:?}");
        for (route, _) in posted {
            let action = format!("POST /console{route}");
            assert_ne!(words(&action, AuditOutcome::Done), action, "no words for it");
        }
    }
}

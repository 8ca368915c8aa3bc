//! What people did in the console.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use syncline_console::pages::{AuditPage, Badge, Cell, Column, Empty, Filter, Filters, Moment, Pager, Section, Table, Tone};
use syncline_store::{AuditEventRow, AuditOutcome};

use crate::console::environment::Here;
use crate::console::form::Asked;
use crate::console::link::link;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// A screen or two.
const PER_PAGE: u32 = 50;

/// Newest first.
pub(in crate::console) async fn list(State(console): State<Arc<Console>>, here: Here, asked: Asked) -> Result<Html<String>, Refusal> {
    let (before, operator) = (asked.get("before").parse::<i64>().ok(), asked.get("operator"));
    let log = console.app.store.audit_events();
    // One more tells whether a page follows.
    let mut rows = match operator {
        "" => log.list(before, PER_PAGE + 1).await?,
        name => log.list_of_operator(name, before, PER_PAGE + 1).await?,
    };
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let path = format!("{}/settings/audit", here.home());
    let view = |before: &str| link(&path, &[("operator", operator), ("before", before)]);
    let page = AuditPage {
        frame: here.frame(Section::Settings),
        filters: filters(&console, &path, operator).await?,
        table: (!rows.is_empty()).then(|| Table {
            caption: "What people did".to_owned(),
            columns: ["What", "To what", "Environment", "Outcome", "Who", "When"].map(Column::new).to_vec(),
            rows: rows.iter().map(row).collect(),
        }),
        empty: Empty::new("Nothing", "This operator did nothing in the last 400 days.").with_link(&path, "Show what everybody did"),
        pager: Pager {
            label: "Pages of the audit log".to_owned(),
            newest: before.map(|_| view("")),
            older: rows.last().filter(|_| more).map(|row| view(&row.id.to_string())),
        },
    };
    Ok(Html(page.render()))
}

/// Everybody who is an operator; and who is asked for, who may be one no more.
async fn filters(console: &Console, path: &str, asked: &str) -> Result<Filters, Refusal> {
    let all = console.app.store.operators().list().await?;
    let mut names: Vec<String> = all.into_iter().map(|operator| operator.name.to_string()).collect();
    if !asked.is_empty() && names.iter().all(|name| name != asked) {
        names.push(asked.to_owned());
    }
    let choices = names.into_iter().map(|name| (name.clone(), name));
    Ok(Filters { path: path.to_owned(), fields: vec![Filter::choice("operator", "Who", asked, choices)] })
}

fn row(event: &AuditEventRow) -> Vec<Cell> {
    let (tone, word) = match event.outcome {
        AuditOutcome::Begun => (Tone::Warn, "Not known"),
        AuditOutcome::Done => (Tone::Good, "Done"),
        AuditOutcome::Refused => (Tone::Plain, "Refused"),
        AuditOutcome::Failed => (Tone::Bad, "Failed"),
    };
    let who = match (&event.operator, &event.session) {
        (Some(name), _) => Cell::text(name.as_str()),
        // From before operators had names.
        (None, Some(_)) => Cell::text("Operator"),
        // Of those who tried to sign in, only who could is known.
        (None, None) => Cell::text("Somebody who was not signed in"),
    };
    let session = event.session.as_ref().map(|session| Cell::Muted(format!("session {session}")));
    let address = event.address.as_ref().map(|address| Cell::Muted(format!("from {address}")));
    vec![
        Cell::text(words(&event.action, event.outcome)),
        if event.subject.is_empty() { Cell::Nothing } else { Cell::code(event.subject.as_str()) },
        event.environment.as_ref().map_or(Cell::Nothing, |name| Cell::text(name.as_str())),
        Cell::Badge(Badge::new(tone, word)),
        Cell::Lines(std::iter::once(who).chain(session).chain(address).collect()),
        Cell::Moment(Moment::new(event.at.to_millis_z())),
    ]
}

/// The routes' names for people; a route that has none shows itself.
const WORDS: &[(&str, &str)] = &[
    ("/sign-in", "Signed in"),
    ("/setup", "Set the first password"),
    ("/invitation/{token}", "Chose a password with a link"),
    ("/sign-out", "Signed out"),
    ("/{environment}/connections/{row}/metadata", "Changed a connection's metadata"),
    ("/{environment}/connections/{row}/credentials", "Looked at credentials"),
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
    ("/{environment}/runs/{run}/dry-run", "Had a run tried out, with nothing kept"),
    ("/{environment}/runs/waiting/{job}/cancel", "Cancelled a run that waited"),
    ("/{environment}/webhooks", "Changed where webhooks go"),
    ("/{environment}/webhooks/rotate", "Made a new signing key"),
    ("/{environment}/webhooks/deliveries/{id}/replay", "Sent a webhook again"),
    ("/{environment}/webhooks/endpoints/{id}/enable", "Had an address tried again"),
    ("/{environment}/webhooks/incoming/replay", "Replayed received webhooks"),
    ("/{environment}/webhooks/incoming/{id}/replay", "Replayed a received webhook"),
    ("/{environment}/settings/retention", "Changed for how long records are kept"),
    ("/{environment}/settings/environments", "Added an environment"),
    ("/{environment}/settings/encryption/rotate", "Made a data key"),
    ("/{environment}/settings/delete", "Deleted the environment"),
    ("/{environment}/settings/api-keys", "Made an API key"),
    ("/{environment}/settings/api-keys/{id}/delete", "Deleted an API key"),
    ("/{environment}/settings/variables", "Set a variable"),
    ("/{environment}/settings/variables/{name}/delete", "Deleted a variable"),
    ("/{environment}/settings/operators", "Invited an operator"),
    ("/{environment}/settings/operators/{operator}/role", "Changed an operator’s role"),
    ("/{environment}/settings/operators/{operator}/link", "Made a new link for an operator"),
    ("/{environment}/settings/operators/{operator}/delete", "Removed an operator"),
    ("/{environment}/settings/account", "Changed their own password"),
    ("/{environment}/settings/account/sessions", "Signed out everywhere else"),
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

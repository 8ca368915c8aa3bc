//! A connection as the page shows it.

use syncline_console::pages::{ConnectionItem, Moment, State, Tone};
use syncline_domain::{EndUser, Timestamp};
use syncline_store::ConnectionRow;

use crate::console::state::Console;

/// `integration` is its name, for people.
pub(super) fn item(console: &Console, row: &ConnectionRow, integration: String) -> ConnectionItem {
    ConnectionItem {
        row: row.id.0,
        name: row.name.to_string(),
        integration,
        integration_key: row.integration_key.to_string(),
        logo: console.logo(&row.provider),
        end_user: row.end_user.as_ref().map(user),
        connected: moment(row.created_at),
        state: state(row, console.now()),
        result: None,
    }
}

pub(super) fn moment(at: Timestamp) -> Moment {
    Moment::new(at.to_millis_z())
}

/// Who it is, as well as is known.
fn user(user: &EndUser) -> String {
    let name = user.display_name.as_deref().filter(|name| !name.is_empty());
    match (name, user.email.as_deref().filter(|email| !email.is_empty())) {
        (Some(name), Some(email)) => format!("{name} ({email})"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => user.id.clone(),
    }
}

fn state(row: &ConnectionRow, now: Timestamp) -> State {
    let state = |tone, text: &str| State { tone, text: text.to_owned(), at: None, reason: None, wants_reconnect: false };
    let Some(error) = &row.auth_error else { return state(Tone::Good, "Working") };
    let reason = Some(error.message.clone()).filter(|message| !message.is_empty());
    match error.retry_at {
        _ if error.is_final => State { reason, wants_reconnect: true, ..state(Tone::Bad, "Please reconnect") },
        Some(at) if at > now => State { reason, at: Some(moment(at)), ..state(Tone::Warn, "Refresh failed, trying again at") },
        Some(_) => State { reason, ..state(Tone::Warn, "Refresh failed, trying again now") },
        None => State { reason, ..state(Tone::Warn, "Refresh failed") },
    }
}

//! What is noted of a request about syncs.

use serde_json::json;
use syncline_domain::OperationKind;

use super::select::Selection;
use crate::auth::Caller;
use crate::state::App;

/// Names in one note; an integration can have thousands of connections, and the number says how many it was.
const MAX_NAMES: usize = 20;

/// `did`: what was done to the `count` syncs that the request meant.
pub(super) fn done(app: &App, caller: &Caller, kind: OperationKind, did: &str, selection: &Selection<'_>, count: usize) {
    let names: Vec<String> = selection.syncs.iter().take(MAX_NAMES).map(ToString::to_string).collect();
    let what = if names.is_empty() { "every sync".to_owned() } else { names.join(", ") };
    let mut note = app.operation(caller.environment(), kind).by(caller).of(selection.integration);
    if let Some(connection) = selection.connection {
        note = note.on(connection);
    }
    if let [one] = selection.syncs {
        note = note.function(one.name());
    }
    note.succeeded(app, format!("{did} {what}"), &json!({ "meta": { "syncs": count } }));
}

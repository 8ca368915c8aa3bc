//! What is noted of a deployment that took effect.

use serde_json::json;
use syncline_domain::OperationKind;
use syncline_store::{Change, Deployed, FunctionChange};

use crate::auth::Caller;
use crate::state::App;

/// Each function that changed is a message.
pub(super) fn done(app: &App, caller: &Caller, did: &str, deployed: &Deployed) {
    // Where nothing changed nothing happened.
    let Some(id) = deployed.deployment else { return };
    let changed: Vec<&FunctionChange> = deployed.functions.iter().filter(|function| function.change != Change::Unchanged).collect();
    let mut note = app.operation(caller.environment(), OperationKind::DeployCustom).by(caller);
    let mut integrations = changed.iter().copied().chain(&deployed.deleted).map(|function| &function.integration_key);
    if let Some(first) = integrations.next()
        && integrations.all(|other| other == first)
    {
        note = note.of(first);
    }
    for function in &changed {
        note = note.says(format!("{} `{}` {}", function.kind.as_str(), function.name, function.change.as_str()));
    }
    for function in &deployed.deleted {
        note = note.says(format!("{} `{}` deleted", function.kind.as_str(), function.name));
    }
    let summary = format!("{did}: {} changed, {} deleted", changed.len(), deployed.deleted.len());
    note.succeeded(app, summary, &json!({ "meta": { "deployment": id } }));
}

//! `/console/{environment}/connections/{row}/refresh`: new credentials now, whatever the old ones are worth.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use syncline_connect::{ConnectError, Freshness};
use syncline_domain::ConnectionRef;

use crate::console::connections::find;
use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// Asks the provider. Its refusal is kept with the connection, whose page says it.
pub(in crate::console) async fn handle(State(console): State<Arc<Console>>, here: Here) -> Result<Redirect, Refusal> {
    let row = find::in_path(&console, &here).await?;
    let of = ConnectionRef { integration: row.integration_key.clone(), connection: row.name.clone() };
    let done = match console.app.connect.credentials(here.environment, &of, Freshness::Forced).await {
        Ok(_) => "refreshed",
        Err(error @ (ConnectError::Store(_) | ConnectError::UnknownConnection)) => return Err(error.into()),
        Err(error) => {
            tracing::info!(connection.id = row.id.0, error.reason = %error, "an operator's refresh failed");
            "not-refreshed"
        }
    };
    Ok(Redirect::to(&format!("{}/connections/{}?done={done}", here.home(), row.id)))
}

//! `/console` and `/console/{environment}`: to the overview.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;

use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// Of the first environment.
pub(super) async fn first(State(console): State<Arc<Console>>) -> Result<Redirect, Refusal> {
    let environments = console.app.store.environments().list().await?;
    let first = environments.first().ok_or_else(|| Refusal::not_found("This server has no environment"))?;
    Ok(Redirect::to(&format!("{}/{}/overview", console.root(), first.name)))
}

/// Of this environment.
pub(super) async fn of_environment(here: Here) -> Redirect {
    Redirect::to(&format!("{}/overview", here.home()))
}

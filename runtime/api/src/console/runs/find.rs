//! The run that a path names.

use syncline_domain::RunId;
use syncline_store::RunRow;

use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// `{run}` of the path. One of another environment is as unknown as one that never was.
pub(super) async fn in_path(console: &Console, here: &Here) -> Result<RunRow, Refusal> {
    let unknown = || Refusal::new(http::StatusCode::NOT_FOUND, "There is no such run", "Runs are forgotten after a while.");
    let id: RunId = here.param("run").parse().map_err(|_| unknown())?;
    console.app.store.runs().lookup(id).await?.filter(|run| run.environment == here.environment).ok_or_else(unknown)
}

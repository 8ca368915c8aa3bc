//! The connection that a path names by its row.

use syncline_domain::ConnectionRowId;
use syncline_store::ConnectionRow;

use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// `{row}` of the path. One of another environment is as unknown as one that never was.
pub(in crate::console) async fn in_path(console: &Console, here: &Here) -> Result<ConnectionRow, Refusal> {
    let unknown = || Refusal::not_found("This connection does not exist");
    let row = here.param("row").parse().map(ConnectionRowId).map_err(|_| unknown())?;
    let row = console.app.store.connections().lookup_by_row_id(row).await?.ok_or_else(unknown)?;
    if row.environment == here.environment { Ok(row) } else { Err(unknown()) }
}

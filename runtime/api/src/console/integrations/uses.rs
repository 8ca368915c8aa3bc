//! What uses an integration.

use syncline_store::{ConnectionFilter, IntegrationRow};

use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// Above it the exact number says no more.
const COUNTED: u32 = 1_000;

/// Its connections and functions, counted, each with the list that it counts.
pub(super) async fn of(console: &Console, here: &Here, row: &IntegrationRow) -> Result<Vec<(String, String)>, Refusal> {
    let filter = ConnectionFilter { integrations: vec![row.key.clone()], limit: COUNTED + 1, ..ConnectionFilter::default() };
    let connections = console.app.store.connections().list(here.environment, filter).await?.len();
    let functions = console.app.store.functions().list(here.environment, Some(row.id)).await?.len();
    let key: String = url::form_urlencoded::byte_serialize(row.key.as_str().as_bytes()).collect();
    let counted = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        some if some > COUNTED as usize => format!("more than {COUNTED} {one}s"),
        some => format!("{some} {one}s"),
    };
    Ok(vec![
        (counted(connections, "connection"), format!("{}/connections?integration={key}", here.home())),
        (counted(functions, "function"), format!("{}/functions?integration={key}", here.home())),
    ])
}

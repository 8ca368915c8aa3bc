//! What uses an integration.

use syncline_store::{BrowseConnections, IntegrationRow};

use crate::console::environment::Here;
use crate::console::refusal::Refusal;
use crate::console::state::Console;

/// Above it the exact number says no more.
const COUNTED: u32 = 1_000;

/// Its connections and functions, counted, each with the list that it counts.
pub(super) async fn of(console: &Console, here: &Here, row: &IntegrationRow) -> Result<Vec<(String, String)>, Refusal> {
    let browse = BrowseConnections {
        environment: here.environment,
        integration: Some(row.id),
        in_trouble: None,
        user: None,
        tag: None,
        search: None,
        before: None,
        limit: COUNTED + 1,
        looked_at: COUNTED + 1,
    };
    let connections = console.app.store.connections().browse(browse).await?.rows.len();
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

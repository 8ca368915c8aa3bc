//! `syncline records`: what syncs keep of the providers' data.

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::client::Call;
use super::output::{cell, shorten, time};
use super::remote::Remote;

/// A person reads the first columns; `--json` has the rest.
const COLUMNS: usize = 4;
const COLUMN_CHARS: usize = 40;

#[derive(Args)]
pub(super) struct Records {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Records of a model, in the order in which they changed
    List(List),
}

#[derive(Args)]
struct List {
    /// The connection's id
    #[arg(long, value_name = "ID")]
    connection: String,
    /// Its integration's key
    #[arg(long, value_name = "KEY")]
    integration: String,
    /// The model's name
    #[arg(long)]
    model: String,
    /// A variant of the sync
    #[arg(long)]
    variant: Option<String>,
    /// Only what changed after this record's cursor
    #[arg(long)]
    cursor: Option<String>,
    /// Only what changed at or after this time: 2026-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    modified_after: Option<String>,
    /// added, updated or deleted; several with a comma
    #[arg(long)]
    filter: Option<String>,
    /// How many at most, up to 10000
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

#[derive(Deserialize)]
struct Page {
    records: Vec<Map<String, Value>>,
    next_cursor: Option<String>,
}

impl Records {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let Command::List(list) = self.command;
        let call = Call::get(["records"])
            .connection(&list.integration, &list.connection)
            .query("model", &list.model)
            .query_if("variant", list.variant)
            .query_if("cursor", list.cursor)
            .query_if("modified_after", list.modified_after)
            .query_if("filter", list.filter)
            .query("limit", list.limit);
        let text = client.text(call).await?;
        let page: Page = serde_json::from_str(&text)?;
        let (header, rows) = table(&page.records);
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        output.list(&text, &header, rows, &format!("No records of `{}` here: the sync has not run, or nothing matches.", list.model))?;
        if let Some(cursor) = page.next_cursor {
            output.note(&format!("\nThere are more: --cursor {cursor}"))?;
        }
        Ok(())
    }
}

/// The id, the first few simple fields, and what happened to each record.
pub(crate) fn table(records: &[Map<String, Value>]) -> (Vec<String>, Vec<Vec<String>>) {
    // Long text is not for a table.
    let plain = |value: &Value| !value.is_object() && !value.is_array() && !value.as_str().is_some_and(|text| text.contains('\n'));
    let simple = |(name, value): (&String, &Value)| (name != "id" && plain(value)).then(|| name.clone());
    let columns: Vec<String> = records.first().into_iter().flatten().filter_map(simple).take(COLUMNS).collect();
    let row = |record: &Map<String, Value>| {
        let field = |name: &str| record.get(name).map_or_else(|| "-".to_owned(), |value| shorten(&cell(value), COLUMN_CHARS));
        let metadata = record.get("_nango_metadata").cloned().unwrap_or_default();
        let mut row = vec![field("id")];
        row.extend(columns.iter().map(|name| field(name)));
        row.extend([cell(&metadata["last_action"]).to_lowercase(), time(&metadata["last_modified_at"])]);
        row
    };
    let rows = records.iter().map(row).collect();
    let header = std::iter::once("id".to_owned()).chain(columns.iter().cloned()).chain(["action".to_owned(), "modified".to_owned()]);
    (header.collect(), rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_records_shows_id_simple_fields_and_the_last_action() {
        let records = r#"[{"title":"Fix it","labels":["a"],"id":7,"open":true,"_nango_metadata":{"last_action":"ADDED",
            "last_modified_at":"2026-01-31T12:00:00.123456+00:00"}},{"id":8,"_nango_metadata":{"last_action":"DELETED"}}]"#;
        let (header, rows) = table(&serde_json::from_str::<Vec<_>>(records).unwrap());
        assert_eq!(header, ["id", "title", "open", "action", "modified"]);
        assert_eq!(rows[0], ["7", "Fix it", "true", "added", "2026-01-31 12:00:00"]);
        assert_eq!(rows[1], ["8", "-", "-", "deleted", "-"]);
    }
}

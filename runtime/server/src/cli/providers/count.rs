//! `syncline providers count`

use serde_json::{Value, json};
use syncline_providers::{Catalogue, FieldCount, count};

use crate::cli::output::Output;

pub(super) fn execute(catalogue: &Catalogue, output: Output) -> anyhow::Result<()> {
    let counts = count(catalogue.iter());
    if output.is_json() {
        let field = |one: &FieldCount| json!({ "field": one.field, "of": one.of, "there": one.there, "unsure": one.unsure });
        let document = json!({
            "entries": counts.entries,
            "unsure_entries": counts.unsure_entries,
            "by_auth_mode": counts.by_auth_mode,
            "fields": counts.fields.iter().map(field).collect::<Vec<Value>>(),
        });
        return Ok(output.document(&document.to_string())?);
    }
    let mut modes: Vec<_> = counts.by_auth_mode.iter().collect();
    modes.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
    let modes = modes.into_iter().map(|(mode, number)| vec![(*mode).to_owned(), number.to_string()]).collect();
    output.note(&output.table(&["auth mode", "providers"], modes))?;
    output.note(&format!("\n{} in all; {} of them say that something is unsure.\n", counts.entries, counts.unsure_entries))?;
    let row = |one: &FieldCount| {
        let share = (one.there * 100).checked_div(one.of).map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"));
        vec![one.field.to_owned(), one.there.to_string(), one.of.to_string(), share, one.unsure.to_string()]
    };
    output.note(&output.table(&["field", "there", "of", "share", "unsure"], counts.fields.iter().map(row).collect()))?;
    Ok(())
}

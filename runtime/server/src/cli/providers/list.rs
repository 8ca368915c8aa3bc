//! `syncline providers list` and `search`.

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_providers::{Language, Search, Summary, find, to_wire};

use super::source::Source;
use crate::cli::client::Call;
use crate::cli::remote::Remote;

/// Of all that there are.
#[derive(Args)]
pub(super) struct Narrowed {
    /// Of this category alone, e.g. crm
    #[arg(long, value_name = "NAME")]
    category: Option<String>,
    /// Of this auth mode alone, e.g. OAUTH2
    #[arg(long, value_name = "MODE")]
    auth_mode: Option<String>,
}

/// From a key to the whole entry, as the wire has it.
type Whole = Box<dyn Fn(&str) -> Option<Value>>;

#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
}

pub(super) async fn execute(source: &Source, remote: &Remote, text: &str, narrowed: &Narrowed) -> anyhow::Result<()> {
    let search = Search { text, category: narrowed.category.as_deref(), auth_mode: narrowed.auth_mode.as_deref() };
    // One order of lists: by key. What is searched for comes best first.
    let is_listed = text.is_empty();
    let output = remote.output();
    let (mut found, document): (Vec<Summary>, Whole) = if source.remote {
        let list: List = remote.client()?.json(Call::get(["providers"])).await?;
        let all: Vec<Summary> = list.data.iter().map(summary).collect();
        let found = find(&search, all.iter()).into_iter().cloned().collect();
        (found, Box::new(move |key| list.data.iter().find(|one| one["name"] == key).cloned()))
    } else {
        let catalogue = source.catalogue()?;
        let found = catalogue.search(&search).into_iter().cloned().collect();
        (found, Box::new(move |key| catalogue.get(key).map(|entry| to_wire(entry, Language::En))))
    };
    if is_listed {
        found.sort_by(|one, other| one.key.cmp(&other.key));
    }
    if output.is_json() {
        let data: Vec<Value> = found.iter().filter_map(|one| document(&one.key)).collect();
        return Ok(output.document(&json!({ "data": data }).to_string())?);
    }
    let row = |one: &Summary| vec![one.key.to_string(), one.display_name.to_string(), one.auth_mode.to_string(), one.categories.join(", ")];
    let rows = found.iter().map(row).collect();
    output.list("", &["provider", "display name", "auth mode", "categories"], rows, "Nothing found.")?;
    Ok(())
}

/// From the wire's form.
fn summary(wire: &Value) -> Summary {
    let text = |name: &str| wire[name].as_str().unwrap_or_default().to_owned().into();
    let categories = wire["categories"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Summary {
        key: text("name"),
        display_name: text("display_name"),
        categories: categories.map(|category| category.to_owned().into()).collect(),
        auth_mode: text("auth_mode"),
        docs: text("docs"),
        route_fields: Vec::new(),
    }
}

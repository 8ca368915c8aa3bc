//! `syncline providers list` and `search`.

use std::collections::BTreeSet;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};
use syncline_providers::{Language, Search, Summary, find, to_wire};

use super::source::Source;
use crate::cli::client::Call;
use crate::cli::remote::Remote;
use crate::config::ConfigError;

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

const NOTHING: &str =
    "Nothing found. `syncline providers list` shows all; an API that is missing is a file of your own: `syncline providers check --help`.";

impl Narrowed {
    /// Nobody knows all modes and categories by heart, and a typing error is not an empty list.
    fn check(&self, all: &[Summary]) -> Result<(), ConfigError> {
        let known = |what: &str, wanted: Option<&String>, known: BTreeSet<&str>| match wanted {
            Some(wanted) if !known.iter().any(|known| known.eq_ignore_ascii_case(wanted)) => {
                let known: Vec<&str> = known.into_iter().collect();
                Err(ConfigError::new(format!("there is no {what} `{wanted}`; there are {}", known.join(", "))))
            }
            _ => Ok(()),
        };
        known("auth mode", self.auth_mode.as_ref(), all.iter().map(|one| &*one.auth_mode).collect())?;
        known("category", self.category.as_ref(), all.iter().flat_map(|one| &one.categories).map(|category| &**category).collect())
    }
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
    let (all, document): (Vec<Summary>, Whole) = if source.remote {
        let list: List = remote.client()?.json(Call::get(["providers"])).await?;
        let all = list.data.iter().map(summary).collect();
        (all, Box::new(move |key| list.data.iter().find(|one| one["name"] == key).cloned()))
    } else {
        let catalogue = source.catalogue()?;
        let all = catalogue.summaries().cloned().collect();
        (all, Box::new(move |key| catalogue.get(key).map(|entry| to_wire(entry, Language::En))))
    };
    narrowed.check(&all)?;
    let mut found = find(&search, all.iter());
    if is_listed {
        found.sort_by(|one, other| one.key.cmp(&other.key));
    }
    if output.is_json() {
        let data: Vec<Value> = found.iter().filter_map(|one| document(&one.key)).collect();
        return Ok(output.document(&json!({ "data": data }).to_string())?);
    }
    let row =
        |one: &&Summary| vec![one.key.to_string(), one.display_name.to_string(), one.auth_mode.to_string(), one.categories.join(", ")];
    let rows = found.iter().map(row).collect();
    output.list("", &["provider", "display name", "auth mode", "categories"], rows, NOTHING)?;
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

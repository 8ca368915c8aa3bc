//! From a file's text to an entry.

use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::defect::{EntryDefect, field_at, line_of};
use crate::entry::auth::AuthBlock;
use crate::entry::field::Field;
use crate::{Entry, Proxy, WebhookDescription, check};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: String,
    display_name: String,
    categories: Vec<String>,
    docs: String,
    auth: AuthBlock,
    proxy: Proxy,
    #[serde(default)]
    connection_config: IndexMap<String, Field>,
    #[serde(default)]
    credentials: IndexMap<String, Field>,
    #[serde(default)]
    webhook: Option<WebhookDescription>,
    sources: Vec<String>,
}

/// Parses and checks the text of one file.
pub fn parse_entry(file: &Path, text: &str) -> Result<Entry, EntryDefect> {
    let raw: File = serde_saphyr::from_str(text).map_err(|error| yaml_defect(file, text, &error))?;
    let semantic = |(field, problem): (String, String)| EntryDefect { file: file.to_owned(), line: line_of(text, &field), field, problem };
    let auth = raw.auth.into_auth().map_err(|(field, problem)| semantic((field.to_owned(), problem)))?;
    let entry = Entry {
        key: raw.key,
        display_name: raw.display_name,
        categories: raw.categories,
        docs: raw.docs,
        auth,
        proxy: raw.proxy,
        connection_config: raw.connection_config,
        credentials: raw.credentials,
        webhook: raw.webhook,
        sources: raw.sources,
    };
    check::entry(&entry).map_err(semantic)?;
    Ok(entry)
}

fn yaml_defect(file: &Path, text: &str, error: &serde_saphyr::Error) -> EntryDefect {
    let plain = error.without_snippet();
    let line = plain.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
    EntryDefect { file: file.to_owned(), line, field: field_at(text, line), problem: plain.to_string() }
}

//! From a file's text to an entry.

use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::defect::{EntryDefect, field_at, line_of};
use crate::entry::auth::{AuthBlock, Problems};
use crate::entry::field::{Field, FieldBlock};
use crate::{Entry, Proxy, WebhookDescription, check};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: String,
    display_name: String,
    categories: Vec<String>,
    docs: String,
    docs_connect: Option<String>,
    auth: AuthBlock,
    proxy: Proxy,
    #[serde(default)]
    connection_config: IndexMap<String, FieldBlock>,
    #[serde(default)]
    credentials: IndexMap<String, FieldBlock>,
    #[serde(default)]
    integration_config: IndexMap<String, FieldBlock>,
    #[serde(default)]
    webhook: Option<WebhookDescription>,
    sources: Vec<String>,
}

/// Parses and checks the text of one file.
pub fn parse_entry(file: &Path, text: &str) -> Result<Entry, EntryDefect> {
    let raw: File = serde_saphyr::from_str(text).map_err(|error| yaml_defect(file, text, &error))?;
    into_entry(raw).map_err(|problems| {
        let (field, problem) = problems.into_iter().next().expect("an entry is refused for a reason");
        EntryDefect { file: file.to_owned(), line: line_of(text, &field), field, problem }
    })
}

fn into_entry(raw: File) -> Result<Entry, Problems> {
    let mut problems = Problems::new();
    let connection_config = fields("connection_config", raw.connection_config, &mut problems);
    let credentials = fields("credentials", raw.credentials, &mut problems);
    let integration_config = fields("integration_config", raw.integration_config, &mut problems);
    let auth = match raw.auth.into_auth() {
        Ok(auth) if problems.is_empty() => auth,
        Ok(_) => return Err(problems),
        Err(of_auth) => return Err(of_auth.into_iter().chain(problems).collect()),
    };
    let entry = Entry {
        key: raw.key,
        display_name: raw.display_name,
        categories: raw.categories,
        docs: raw.docs,
        docs_connect: raw.docs_connect,
        auth,
        proxy: raw.proxy,
        connection_config,
        credentials,
        integration_config,
        webhook: raw.webhook,
        sources: raw.sources,
    };
    let problems = check::entry(&entry);
    if problems.is_empty() { Ok(entry) } else { Err(problems) }
}

fn fields(place: &str, blocks: IndexMap<String, FieldBlock>, problems: &mut Problems) -> IndexMap<String, Field> {
    let mut fields = IndexMap::new();
    for (name, block) in blocks {
        match block.into_field(&name) {
            Ok(field) => {
                fields.insert(name, field);
            }
            Err(part) => {
                problems.push((format!("{place}.{name}.{part}"), format!("is missing; `{name}` is not a standard field that has one")))
            }
        }
    }
    fields
}

fn yaml_defect(file: &Path, text: &str, error: &serde_saphyr::Error) -> EntryDefect {
    let plain = error.without_snippet();
    let line = plain.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
    EntryDefect { file: file.to_owned(), line, field: field_at(text, line), problem: plain.to_string() }
}

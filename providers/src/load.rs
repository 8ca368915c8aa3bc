//! From a file's text to an entry.

use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::defect::{EntryDefect, line_of};
use crate::entry::auth::{AuthBlock, Problems};
use crate::entry::field::{Field, FieldBlock};
use crate::webhook::WebhookBlock;
use crate::{Entry, Proxy, check};

mod yaml;

/// All optional, so that one that is missing does not hide what is wrong with the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Option<String>,
    display_name: Option<String>,
    categories: Option<Vec<String>>,
    docs: Option<String>,
    docs_connect: Option<String>,
    auth: Option<AuthBlock>,
    proxy: Option<Proxy>,
    #[serde(default)]
    connection_config: IndexMap<String, FieldBlock>,
    #[serde(default)]
    credentials: IndexMap<String, FieldBlock>,
    #[serde(default)]
    integration_config: IndexMap<String, FieldBlock>,
    webhook: Option<WebhookBlock>,
    sources: Option<Vec<String>>,
}

const MISSING: &str = "is missing";

/// Parses and checks the text of one file; of several defects, the first in the file.
pub fn parse_entry(file: &Path, text: &str) -> Result<Entry, EntryDefect> {
    examine(file, text).map_err(|defects| defects.into_iter().next().expect("an entry is refused for a reason"))
}

/// The same, and everything that is wrong, by line.
pub fn examine(file: &Path, text: &str) -> Result<Entry, Vec<EntryDefect>> {
    let yaml::Read { file: read, mut defects, dropped } = yaml::read(file, text);
    let problems = match read.map(into_entry) {
        Some(Ok(entry)) if defects.is_empty() => return Ok(entry),
        Some(Ok(_)) | None => Problems::new(),
        Some(Err(problems)) => problems,
    };
    // What could not be read was left out, so whatever depends on it must not be called missing.
    let follows = |field: &str| dropped.iter().any(|path| is_within(path, field) || is_within(field, path));
    for (field, problem) in problems.into_iter().filter(|(field, _)| !follows(field)) {
        defects.push(EntryDefect { file: file.to_owned(), line: line_of(text, &field), field, problem });
    }
    // A key that is missing as a whole has no line of its own.
    defects.sort_by_key(|defect| (defect.problem == MISSING && !defect.field.contains('.'), defect.line));
    Err(defects)
}

/// Whether `path` is `outer` or below it.
fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn into_entry(raw: File) -> Result<Entry, Problems> {
    let mut problems = Problems::new();
    let auth = needed("auth", raw.auth, &mut problems).and_then(|auth| auth.into_auth().map_err(|found| problems.extend(found)).ok());
    let connection_config = fields("connection_config", raw.connection_config, &mut problems);
    let credentials = fields("credentials", raw.credentials, &mut problems);
    let integration_config = fields("integration_config", raw.integration_config, &mut problems);
    let key = needed("key", raw.key, &mut problems);
    let display_name = needed("display_name", raw.display_name, &mut problems);
    let categories = needed("categories", raw.categories, &mut problems);
    let docs = needed("docs", raw.docs, &mut problems);
    let proxy = needed("proxy", raw.proxy, &mut problems);
    let sources = needed("sources", raw.sources, &mut problems);
    let webhook = raw.webhook.and_then(|block| block.into_webhook(&mut problems));
    let whole = (key, display_name, categories, docs, auth, proxy, sources);
    let (Some(key), Some(display_name), Some(categories), Some(docs), Some(auth), Some(proxy), Some(sources)) = whole else {
        return Err(problems);
    };
    let entry = Entry {
        key,
        display_name,
        categories,
        docs,
        docs_connect: raw.docs_connect,
        auth,
        proxy,
        connection_config,
        credentials,
        integration_config,
        webhook,
        sources,
    };
    problems.extend(check::entry(&entry));
    if problems.is_empty() { Ok(entry) } else { Err(problems) }
}

fn needed<T>(field: &str, value: Option<T>, problems: &mut Problems) -> Option<T> {
    if value.is_none() {
        problems.push((field.to_owned(), MISSING.to_owned()));
    }
    value
}

fn fields(place: &str, blocks: IndexMap<String, FieldBlock>, problems: &mut Problems) -> IndexMap<String, Field> {
    let mut fields = IndexMap::new();
    for (name, block) in blocks {
        match block.into_field(&name) {
            Ok(field) => {
                fields.insert(name, field);
            }
            Err(part) => {
                problems.push((format!("{place}.{name}.{part}"), format!("is missing; `{name}` is not a standard field that has one")));
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests;

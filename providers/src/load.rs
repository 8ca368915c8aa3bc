//! From a file's text to an entry.

use std::collections::BTreeMap;
use std::path::Path;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::defect::{EntryDefect, line_of};
use crate::entry::auth::{AuthBlock, Problems};
use crate::entry::field::{Field, FieldBlock};
use crate::schema::{self, pattern};
use crate::webhook::WebhookBlock;
use crate::{Entry, Proxy, catalogue, check};

mod base;
mod yaml;

/// One provider: how a caller signs in, where the API lives and how it pages, throttles and notifies.
// All optional, so that one that is missing does not hide what is wrong with the others.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    /// Stable name: a-z, 0-9 and -. It never changes, because integrations name it.
    #[schemars(regex(pattern = pattern::KEY), example = &"acme-crm")]
    key: Option<String>,
    /// For people.
    #[schemars(length(min = 1), example = &"Acme CRM")]
    display_name: Option<String>,
    /// What it is about; at least one.
    #[schemars(length(min = 1), example = vec!["crm"])]
    categories: Option<Vec<String>>,
    /// The provider's own API documentation.
    #[schemars(regex(pattern = pattern::HTTPS), example = &"https://docs.acme.example/api")]
    docs: Option<String>,
    /// Where an account's owner finds what is asked for.
    #[schemars(regex(pattern = pattern::HTTPS), example = &"https://help.acme.example/api-access")]
    docs_connect: Option<String>,
    /// How a caller signs in.
    auth: Option<AuthBlock>,
    /// How requests are made.
    proxy: Option<Proxy>,
    /// What a connection says besides its credentials; `${connectionConfig.NAME}` reads it.
    #[serde(default)]
    #[schemars(schema_with = "schema::fields::named")]
    connection_config: IndexMap<String, FieldBlock>,
    /// How the mode's own fields are asked for, or which fields there are; `${credentials.NAME}` reads them.
    #[serde(default)]
    #[schemars(schema_with = "schema::fields::named")]
    credentials: IndexMap<String, FieldBlock>,
    /// What an integration says besides its client; `${integration.NAME}` reads it.
    #[serde(default)]
    #[schemars(schema_with = "schema::fields::named")]
    integration_config: IndexMap<String, FieldBlock>,
    /// How the provider notifies.
    webhook: Option<WebhookBlock>,
    /// The provider's pages that these facts come from; at least one.
    #[schemars(length(min = 1), inner(regex(pattern = pattern::HTTPS)))]
    sources: Option<Vec<String>>,
    /// Dotted fields or blocks of this entry that neither a page of the provider nor two other sources confirm.
    #[serde(default)]
    #[schemars(example = vec!["proxy.retry"])]
    unsure: Vec<String>,
}

impl File {
    /// The fields that no entry can do without: those that an empty file lacks.
    pub(crate) fn needed() -> Vec<String> {
        into_entry(Self::default()).err().unwrap_or_default().into_iter().map(|(field, _)| field).collect()
    }
}

const MISSING: &str = "is missing";

/// Entries that others may start from, by key.
#[derive(Debug, Default)]
pub struct Bases {
    entries: BTreeMap<String, Value>,
}

impl Bases {
    /// Adds what is written in a file, if it is YAML with a key. What is wrong with it is told when it is examined itself.
    pub fn add(&mut self, text: &str) {
        let Ok(entry) = serde_saphyr::from_str::<Value>(text) else { return };
        if let Some(key) = entry.get("key").and_then(Value::as_str) {
            self.entries.insert(key.to_owned(), entry);
        }
    }

    /// As it is written, or as it is shipped. Who asks for its own key means the shipped one.
    fn find(&self, key: &str, asking: &str) -> Option<Value> {
        let own = self.entries.get(key).filter(|_| asking != key).cloned();
        own.or_else(|| serde_json::from_str(catalogue::shipped::json(key)?).ok())
    }
}

/// Parses and checks the text of one file; of several defects, the first in the file.
pub fn parse_entry(file: &Path, text: &str) -> Result<Entry, EntryDefect> {
    first(examine(file, text, &Bases::default()))
}

pub(crate) fn first(examined: Result<Entry, Vec<EntryDefect>>) -> Result<Entry, EntryDefect> {
    examined.map_err(|defects| defects.into_iter().next().expect("an entry is refused for a reason"))
}

/// An entry that the build script made whole.
pub(crate) fn parse_shipped(json: &str) -> Result<Entry, Problems> {
    into_entry(typed(json)?)
}

/// Everything that is wrong with a file, by line. A shipped entry can be its base, or one of `bases`.
pub fn examine(file: &Path, text: &str, bases: &Bases) -> Result<Entry, Vec<EntryDefect>> {
    let Ok(own) = serde_saphyr::from_str::<Value>(text) else { return examine_alone(file, text) };
    let located = |problems: Problems| -> Vec<EntryDefect> {
        let located =
            |(field, problem): (String, String)| EntryDefect { file: file.to_owned(), line: line_of(text, &field), field, problem };
        problems.into_iter().map(located).collect()
    };
    let has_base = own.get("base").is_some();
    let whole = base::whole(own, &|key, asking| bases.find(key, asking));
    let whole = whole.map_err(|problem| located(vec![("base".to_owned(), problem)]))?;
    let entry = if has_base { typed(&whole.to_string()).and_then(into_entry).map_err(located)? } else { examine_alone(file, text)? };
    let unknown = unknown_unsure(&entry, &whole);
    if unknown.is_empty() { Ok(entry) } else { Err(located(unknown)) }
}

/// What is marked as unsure must be there.
fn unknown_unsure(entry: &Entry, whole: &Value) -> Problems {
    let is_there = |path: &str| path.split('.').try_fold(whole, |block, name| block.get(name)).is_some();
    let unknown = entry.unsure.iter().filter(|path| !is_there(path));
    unknown.map(|path| ("unsure".to_owned(), format!("`{path}` is not a field of this entry"))).collect()
}

/// The first field that does not fit; the line of a field that the base wrote is that of the block around it.
fn typed(json: &str) -> Result<File, Problems> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json)).map_err(|error| {
        let field = error.path().to_string().replace('[', ".").replace(']', "");
        let problem = error.into_inner().to_string();
        let problem = problem.rsplit_once(" at line ").map_or(problem.as_str(), |(problem, _)| problem).to_owned();
        vec![(field, problem)]
    })
}

fn examine_alone(file: &Path, text: &str) -> Result<Entry, Vec<EntryDefect>> {
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
        unsure: raw.unsure,
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

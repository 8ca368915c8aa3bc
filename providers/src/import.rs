//! A file in the format of Nango's `providers.yaml` (a map from key to definition), read into entries of ours.
//!
//! ```text
//! text ──► node (lines kept) ──► alias (one map an entry) ──► draft: our own format's values, each with the line that it comes from
//!                                                                │ auth, proxy, fields, names; expression: its templates
//!                                                                ▼
//!                                          the checks that our own files pass ──► Entry, or defects at the lines of the file
//! ```
//!
//! Invariant: nothing of a definition is dropped in silence. What has no counterpart here is a note of the entry, with its line; an entry that
//! cannot work is refused. The facts of the format are those that are public on the wire and in files that people have; the reader is ours.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::load::parse_shipped;
use crate::{Entry, EntryDefect};

mod alias;
mod auth;
mod block;
mod draft;
mod expression;
mod field;
mod keys;
mod names;
mod node;
mod proxy;

use block::Block;
use draft::{Draft, Remark};

/// One definition of the file.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its key there and here.
    pub key: String,
    /// From 1.
    pub line: usize,
    /// The entry, or everything that keeps it from working.
    pub entry: Result<Entry, Vec<EntryDefect>>,
    /// What of it has no counterpart here, by line. It works without.
    pub notes: Vec<EntryDefect>,
    /// In our own format.
    written: Value,
}

impl Imported {
    /// The entry in our own format, for an operator who wants to own it as a file.
    pub fn to_yaml(&self) -> String {
        serde_saphyr::to_string(&self.written).expect("JSON can be written as YAML")
    }
}

/// Whether a text is a file of that format, and not one of our own entries: a map in which somebody has an `auth_mode` or an `alias`.
pub fn is_providers_file(text: &str) -> bool {
    let Ok(definitions) = node::read(text) else { return false };
    definitions.iter().any(|(_, node)| node.map().is_some_and(|map| map.iter().any(|(name, _)| name == "auth_mode" || name == "alias")))
}

/// Every definition of a file, in its order; an error where the text is no map of definitions at all.
pub fn import(file: &Path, text: &str) -> Result<Vec<Imported>, EntryDefect> {
    let definitions = node::read(text).map_err(|node::Unreadable { line, problem }| EntryDefect {
        file: file.to_owned(),
        line,
        field: String::new(),
        problem,
    })?;
    let by_key: BTreeMap<&str, &node::Node> = definitions.iter().map(|(key, node)| (key.as_str(), node)).collect();
    Ok(definitions.iter().map(|(key, node)| definition(file, key, node, &by_key)).collect())
}

fn definition(file: &Path, key: &str, node: &node::Node, file_entries: &BTreeMap<&str, &node::Node>) -> Imported {
    let located = |remarks: Vec<Remark>| -> Vec<EntryDefect> {
        let mut located: Vec<EntryDefect> = remarks
            .into_iter()
            .map(|Remark { line, field, problem }| EntryDefect {
                file: file.to_owned(),
                line: line.unwrap_or(node.line),
                field: if field.is_empty() { key.to_owned() } else { format!("{key}.{field}") },
                problem,
            })
            .collect();
        located.sort_by_key(|defect| defect.line);
        located
    };
    let told = |entry, notes, written| Imported { key: key.to_owned(), line: node.line, entry, notes, written };
    let resolved = match alias::resolve(key, node, file_entries) {
        Ok(resolved) => resolved,
        Err(remark) => return told(Err(located(vec![remark])), Vec::new(), Value::Null),
    };
    let mut draft = Draft::new(key, resolved.base);
    let mut block = Block::new("", &resolved.map);
    head(&mut draft, &mut block);
    if let Some(mode) = auth::mode(&mut draft, &mut block) {
        auth::read(&mut draft, &mut block, mode);
        proxy::read(&mut draft, &mut block);
        field::read(&mut draft, &mut block, mode);
        webhook(&mut draft, &mut block);
        keys::tell_rest(&mut draft, block, mode);
        names::declare(&mut draft);
    }
    if draft.defects.is_empty()
        && let Ok(entry) = parse_shipped(&draft.entry.to_string()).map_err(|problems| draft.refuse_all(problems))
    {
        return told(Ok(entry), located(draft.notes), draft.entry);
    }
    told(Err(located(draft.defects)), located(draft.notes), draft.entry)
}

/// Who it is, and where that is known from.
fn head(draft: &mut Draft, block: &mut Block<'_>) {
    for name in ["display_name", "docs", "docs_connect"] {
        if let Some(found) = block.take(name)
            && let Some(text) = draft.text(&found)
        {
            draft.put(&[name], &found, text.into());
        }
    }
    if let Some(found) = block.take("categories")
        && let Some(list) = draft.texts(&found)
    {
        draft.put(&["categories"], &found, list.into());
    }
    // Pages that the definition names are where its facts can be looked up.
    let mut sources: Vec<Value> = Vec::new();
    for name in ["docs", "setup_guide_url"] {
        if let Some(found) = block.take(name)
            && let Some(text) = found.node.text()
            && text.starts_with("https://")
            && !sources.contains(&text.clone().into())
        {
            sources.push(text.into());
        }
    }
    if !sources.is_empty() {
        draft.entry["sources"] = sources.into();
    }
}

/// Modules that route webhooks are not ours; what the shipped entry of the key knows of its webhooks stays.
fn webhook(draft: &mut Draft, block: &mut Block<'_>) {
    let Some(node) = block.written("webhook_routing_script") else { return };
    if node.text().is_none_or(|text| text.is_empty()) {
        block.take("webhook_routing_script");
        draft.remove("webhook");
    } else if let Some(shipped) = draft.shipped_webhook() {
        block.take("webhook_routing_script");
        draft.entry["webhook"] = shipped;
    }
}

#[cfg(test)]
mod tests;

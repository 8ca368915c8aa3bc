//! All entries, by key.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::load::{first, parse_shipped};
use crate::{Bases, Entry, EntryDefect, examine};

/// The shipped entries, made whole: file name without its ending, and JSON. Listed by the build script, by name.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// A shipped entry as JSON.
pub(crate) fn shipped(key: &str) -> Option<&'static str> {
    SHIPPED.binary_search_by_key(&key, |(name, _)| name).ok().map(|at| SHIPPED[at].1)
}

/// Every provider that this server knows.
#[derive(Clone, Debug)]
pub struct Catalogue {
    entries: BTreeMap<String, Arc<Entry>>,
}

impl Catalogue {
    /// The shipped providers. Parses them all, once a process: some milliseconds.
    pub fn embedded() -> Self {
        let entries =
            SHIPPED.iter().map(|(name, json)| parse_shipped(json).unwrap_or_else(|problems| panic!("shipped entry {name}: {problems:?}")));
        Self { entries: entries.map(|entry| (entry.key.clone(), Arc::new(entry))).collect() }
    }

    /// Adds a user's own files (name and text); one with a shipped key replaces that entry. The first defect refuses them all.
    pub fn with_folder(mut self, files: impl Iterator<Item = (PathBuf, String)>) -> Result<Self, EntryDefect> {
        let files: Vec<(PathBuf, String)> = files.collect();
        let mut bases = Bases::default();
        for (_, text) in &files {
            bases.add(text);
        }
        let mut own: BTreeMap<String, PathBuf> = BTreeMap::new();
        for (file, text) in files {
            let entry = first(examine(&file, &text, &bases))?;
            if let Some(other) = own.insert(entry.key.clone(), file.clone()) {
                let problem = format!("`{}` is described in {} already", entry.key, other.display());
                let line = crate::defect::line_of(&text, "key");
                return Err(EntryDefect { file, line, field: "key".to_owned(), problem });
            }
            self.entries.insert(entry.key.clone(), Arc::new(entry));
        }
        Ok(self)
    }

    /// The entry of a provider.
    pub fn get(&self, key: &str) -> Option<&Arc<Entry>> {
        self.entries.get(key)
    }

    /// All entries, by key.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.values()
    }

    /// Entries whose key or display name contains `text`, in any case.
    pub fn search(&self, text: &str) -> impl Iterator<Item = &Arc<Entry>> {
        let text = text.to_lowercase();
        self.iter().filter(move |entry| entry.key.contains(&text) || entry.display_name.to_lowercase().contains(&text))
    }
}

#[cfg(test)]
mod tests;

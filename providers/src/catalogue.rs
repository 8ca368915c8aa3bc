//! All entries, by key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{Entry, EntryDefect, parse_entry};

/// The shipped files, listed by the build script.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Every provider that this server knows.
#[derive(Clone, Debug)]
pub struct Catalogue {
    entries: BTreeMap<String, Arc<Entry>>,
}

impl Catalogue {
    /// The shipped providers. Parses them all, once a process: some milliseconds.
    pub fn embedded() -> Self {
        let entries =
            FILES.iter().map(|(file, text)| parse_entry(Path::new(file), text).unwrap_or_else(|defect| panic!("shipped entry {defect}")));
        Self { entries: entries.map(|entry| (entry.key.clone(), Arc::new(entry))).collect() }
    }

    /// The text of a shipped entry, for whoever writes one like it.
    pub fn shipped(key: &str) -> Option<&'static str> {
        let is_of = |text: &str| text.lines().any(|line| line.strip_prefix("key:").is_some_and(|found| found.trim() == key));
        FILES.iter().map(|(_, text)| *text).find(|text| is_of(text))
    }

    /// Adds a user's own files (name and text); one with a shipped key replaces that entry. The first defect refuses them all.
    pub fn with_folder(mut self, files: impl Iterator<Item = (PathBuf, String)>) -> Result<Self, EntryDefect> {
        let mut own: BTreeMap<String, PathBuf> = BTreeMap::new();
        for (file, text) in files {
            let entry = parse_entry(&file, &text)?;
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

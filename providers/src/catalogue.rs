//! All entries, by key.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::load::{first, parse_shipped};
use crate::{Bases, Entry, EntryDefect, examine};

mod search;
pub(crate) mod shipped;
mod summary;

pub use search::{Search, find};
use shipped::SHIPPED;
pub use summary::Summary;

/// Every provider that this server knows. A shipped entry is parsed when it is first asked for: few servers use more than some dozens.
#[derive(Clone, Debug)]
pub struct Catalogue {
    slots: BTreeMap<Cow<'static, str>, Slot>,
}

#[derive(Clone, Debug)]
struct Slot {
    summary: Summary,
    /// Of a shipped entry.
    json: &'static str,
    entry: OnceLock<Arc<Entry>>,
}

impl Slot {
    fn parsed(&self) -> Arc<Entry> {
        Arc::new(parse_shipped(self.json).unwrap_or_else(|problems| panic!("shipped entry {}: {problems:?}", self.summary.key)))
    }
}

impl Catalogue {
    /// The shipped providers.
    pub fn embedded() -> Self {
        let slots = SHIPPED.iter().map(|shipped| {
            let slot = Slot { summary: Summary::of_shipped(shipped), json: shipped.json, entry: OnceLock::new() };
            (shipped.key.into(), slot)
        });
        Self { slots: slots.collect() }
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
            self.insert(entry);
        }
        Ok(self)
    }

    fn insert(&mut self, entry: Entry) {
        let summary = Summary::of(&entry);
        self.slots.insert(summary.key.clone(), Slot { summary, json: "", entry: OnceLock::from(Arc::new(entry)) });
    }

    /// The entry of a provider.
    pub fn get(&self, key: &str) -> Option<&Arc<Entry>> {
        let slot = self.slots.get(key)?;
        Some(slot.entry.get_or_init(|| slot.parsed()))
    }

    /// All entries, by key. Those that nobody asked for yet are parsed for this and not kept: it costs a moment, not memory.
    pub fn iter(&self) -> impl Iterator<Item = Arc<Entry>> {
        self.slots.values().map(|slot| slot.entry.get().cloned().unwrap_or_else(|| slot.parsed()))
    }

    /// The heads of all entries, by key.
    pub fn summaries(&self) -> impl ExactSizeIterator<Item = &Summary> {
        self.slots.values().map(|slot| &slot.summary)
    }

    /// The head of one entry.
    pub fn summary(&self, key: &str) -> Option<&Summary> {
        self.slots.get(key).map(|slot| &slot.summary)
    }

    /// Those that fit: best first, then by name.
    pub fn search(&self, search: &Search<'_>) -> Vec<&Summary> {
        find(search, self.summaries())
    }
}

#[cfg(test)]
mod complete;
#[cfg(test)]
mod tests;

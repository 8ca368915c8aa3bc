//! All entries, by key.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::load::{first, parse_shipped};
use crate::{Bases, Entry, EntryDefect, Imported, examine};

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
    /// Of an entry of the user's own.
    file: Option<PathBuf>,
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
            let slot = Slot { summary: Summary::of_shipped(shipped), json: shipped.json, entry: OnceLock::new(), file: None };
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
        for (file, text) in files {
            let entry = first(examine(&file, &text, &bases))?;
            if let Some(problem) = self.claimed(&entry.key) {
                let line = crate::defect::line_of(&text, "key");
                return Err(EntryDefect { file, line, field: "key".to_owned(), problem });
            }
            self.insert(entry, file);
        }
        Ok(self)
    }

    /// Adds the definitions of a file that was imported; one with a shipped key replaces that entry. The first that is refused refuses the
    /// file, and so does one that a folder describes too: which of both is meant, only its owner knows.
    pub fn with_imported(mut self, file: &Path, imported: Vec<Imported>) -> Result<Self, EntryDefect> {
        for Imported { entry, line, .. } in imported {
            let entry = first(entry)?;
            if let Some(problem) = self.claimed(&entry.key) {
                return Err(EntryDefect { file: file.to_owned(), line, field: entry.key, problem });
            }
            self.insert(entry, file.to_owned());
        }
        Ok(self)
    }

    /// Why no further file can describe this key.
    fn claimed(&self, key: &str) -> Option<String> {
        let other = self.slots.get(key)?.file.as_ref()?;
        Some(format!("`{key}` is described in {} already", other.display()))
    }

    fn insert(&mut self, entry: Entry, file: PathBuf) {
        let summary = Summary::of(&entry);
        self.slots.insert(summary.key.clone(), Slot { summary, json: "", entry: OnceLock::from(Arc::new(entry)), file: Some(file) });
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

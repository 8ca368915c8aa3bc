//! Components that are ready to run, and the bounded memory of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use syncline_host_api::bindings::FunctionPre;
use tokio::sync::OnceCell;

use crate::Digest;
use crate::run::State;

/// A loaded component's code takes 0.3 to 10 MB; the file cache has the others, a millisecond away.
const MAX_LOADED: usize = 256;

/// A component, linked and ready. A cheap handle to clone.
#[derive(Clone)]
pub struct Component {
    digest: Digest,
    pre: Arc<FunctionPre<State>>,
}

impl Component {
    pub(crate) fn new(digest: Digest, pre: FunctionPre<State>) -> Self {
        Self { digest, pre: Arc::new(pre) }
    }

    /// Its name.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn pre(&self) -> &FunctionPre<State> {
        &self.pre
    }
}

impl std::fmt::Debug for Component {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Component({})", self.digest)
    }
}

/// Least recently used out. A cell is filled by whoever comes first, while the others wait: a component is loaded once.
#[derive(Default)]
pub(crate) struct Loaded {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    cells: HashMap<Digest, (u64, Arc<OnceCell<Component>>)>,
    /// Counts uses, not time.
    now: u64,
}

impl Loaded {
    pub(crate) fn cell(&self, digest: Digest) -> Arc<OnceCell<Component>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.now += 1;
        let now = entries.now;
        if !entries.cells.contains_key(&digest) && entries.cells.len() >= MAX_LOADED {
            // Empty ones first: components that were refused leave them behind.
            let oldest = entries.cells.iter().min_by_key(|(_, (used, cell))| (cell.initialized(), *used)).map(|(digest, _)| *digest);
            if let Some(oldest) = oldest {
                entries.cells.remove(&oldest);
            }
        }
        let (used, cell) = entries.cells.entry(digest).or_default();
        *used = now;
        Arc::clone(cell)
    }
}

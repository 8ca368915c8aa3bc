//! What came of a run.

use indexmap::IndexMap;
use serde_json::Value;
use syncline_domain::RunError;
use syncline_engine::Usage;

use crate::journal::{Entries, Journal};

/// How a run ended, and all that it did.
#[derive(Debug)]
pub struct Outcome {
    /// The output as JSON text, or why there is none.
    pub result: Result<String, RunError>,
    /// What it did to records, by model.
    pub records: IndexMap<String, Records>,
    /// The last checkpoint.
    pub checkpoint: Option<String>,
    /// The connection's metadata at the end.
    pub metadata: String,
    /// What it said, asked and would have changed.
    pub entries: Entries,
    /// What it was given, for a recording.
    pub given: Given,
    /// What it took.
    pub usage: Usage,
}

/// What a run did to the records of one model. Texts are JSON, in the order of the calls.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Everything given to `batchSave`.
    pub saved: Vec<String>,
    /// Everything given to `batchUpdate`.
    pub updated: Vec<String>,
    /// Everything given to `batchDelete`.
    pub deleted: Vec<String>,
    /// What delete tracking did not see, by id; `None` where nothing was tracked.
    pub unseen: Option<Vec<String>>,
    /// Each record that was touched: as the cache has it, and as it would be; `None` where it is not there.
    pub changes: IndexMap<String, (Option<String>, Option<String>)>,
}

/// What a run was given by the world.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// What calls answered, under the names that recordings have for them.
    pub answers: IndexMap<&'static str, Value>,
    /// The records that it read: model, id, JSON text.
    pub records: IndexMap<String, IndexMap<String, String>>,
}

impl Outcome {
    /// The run did not begin.
    pub(crate) fn refused(code: &str, message: String, journal: &Journal) -> Self {
        Self {
            result: Err(Self::error(code, message)),
            records: IndexMap::new(),
            checkpoint: None,
            metadata: "{}".to_owned(),
            entries: journal.entries(),
            given: Given::default(),
            usage: Usage::default(),
        }
    }

    pub(crate) fn error(code: &str, message: String) -> RunError {
        RunError { code: code.to_owned(), message, status: None, details: None, frames: Vec::new() }
    }

    /// What one call was given for each model, as JSON; models that it was not called for are left out.
    pub fn by_model(&self, of: impl Fn(&Records) -> &[String]) -> IndexMap<String, Vec<Value>> {
        let parsed = |text: &String| serde_json::from_str(text).unwrap_or(Value::Null);
        let models = self.records.iter().map(|(model, records)| (model.clone(), of(records).iter().map(parsed).collect::<Vec<_>>()));
        models.filter(|(_, records)| !records.is_empty()).collect()
    }
}

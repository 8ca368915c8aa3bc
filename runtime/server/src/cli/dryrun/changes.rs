//! What the run would have done to the cache.

use indexmap::IndexMap;
use serde_json::{Value, json};
use syncline_dryrun::{Outcome, compare};

/// Of one model, by id.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) added: Vec<String>,
    /// With the members that differ.
    pub(super) updated: Vec<(String, Vec<String>)>,
    pub(super) deleted: Vec<String>,
    /// How many would stay as they are.
    pub(super) unchanged: usize,
}

/// By model.
pub(super) fn of(outcome: &Outcome) -> IndexMap<String, Changes> {
    let parsed = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
    let changes = outcome.records.iter().map(|(model, records)| {
        let mut changes = Changes::default();
        for (id, change) in &records.changes {
            match change {
                (None, Some(_)) => changes.added.push(id.clone()),
                (Some(_), None) => changes.deleted.push(id.clone()),
                (None, None) => {}
                (Some(before), Some(after)) => match compare::changed_members(&parsed(before), &parsed(after)) {
                    members if members.is_empty() => changes.unchanged += 1,
                    members => changes.updated.push((id.clone(), members)),
                },
            }
        }
        (model.clone(), changes)
    });
    changes.collect()
}

impl Changes {
    pub(super) fn document(&self) -> Value {
        let updated: Vec<Value> = self.updated.iter().map(|(id, members)| json!({ "id": id, "fields": members })).collect();
        json!({ "added": self.added, "updated": updated, "deleted": self.deleted, "unchanged": self.unchanged })
    }
}

//! The mock's records: as a host keeps them, for one connection.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::host::{Failure, Saved};

#[derive(Default)]
pub(super) struct Cache {
    models: BTreeMap<String, ModelCache>,
    /// Everything saved or updated and everything deleted, in the order of the calls.
    pub(super) saved: Vec<(String, Value)>,
    pub(super) deleted: Vec<(String, String)>,
}

#[derive(Default)]
struct ModelCache {
    live: BTreeMap<String, Value>,
    /// What was seen since delete tracking started.
    seen: Option<BTreeSet<String>>,
}

impl Cache {
    pub(super) fn insert(&mut self, model: &str, record: Value) -> Result<(), Failure> {
        let id = id_of(&record)?;
        self.model(model).live.insert(id, record);
        Ok(())
    }

    pub(super) fn save(&mut self, model: &str, records: Vec<Value>) -> Result<Saved, Failure> {
        let ids = records.iter().map(id_of).collect::<Result<Vec<_>, _>>()?;
        let mut counts = Saved::default();
        for (id, record) in ids.into_iter().zip(records) {
            self.saved.push((model.to_owned(), record.clone()));
            let kept = self.model(model);
            if let Some(seen) = &mut kept.seen {
                seen.insert(id.clone());
            }
            match kept.live.insert(id, record.clone()) {
                None => counts.added += 1,
                Some(old) if old == record => counts.unchanged += 1,
                Some(_) => counts.updated += 1,
            }
        }
        Ok(counts)
    }

    pub(super) fn update(&mut self, model: &str, parts: Vec<Value>) -> Result<Saved, Failure> {
        let mut merged = Vec::new();
        for part in parts {
            if let Some(mut record) = self.model(model).live.get(&id_of(&part)?).cloned() {
                merge(&mut record, part);
                merged.push(record);
            }
        }
        self.save(model, merged)
    }

    pub(super) fn delete(&mut self, model: &str, records: &[Value]) -> Result<u32, Failure> {
        let mut count = 0;
        for record in records {
            let id = id_of(record)?;
            count += u32::from(self.model(model).live.remove(&id).is_some());
            self.deleted.push((model.to_owned(), id));
        }
        Ok(count)
    }

    pub(super) fn get(&mut self, model: &str, ids: &[String]) -> Value {
        let live = &self.model(model).live;
        ids.iter().filter_map(|id| Some((id.clone(), live.get(id)?.clone()))).collect::<serde_json::Map<_, _>>().into()
    }

    pub(super) fn list(&mut self, model: &str) -> Value {
        self.model(model).live.values().cloned().collect()
    }

    pub(super) fn track(&mut self, model: &str) {
        self.model(model).seen = Some(BTreeSet::new());
    }

    pub(super) fn end_tracking(&mut self, model: &str) -> Result<Vec<String>, Failure> {
        let kept = self.model(model);
        let seen = kept
            .seen
            .take()
            .ok_or_else(|| failure("delete_tracking_not_started", &format!("`track_deletes_start` was not called for `{model}`")))?;
        let gone: Vec<String> = kept.live.keys().filter(|id| !seen.contains(*id)).cloned().collect();
        kept.live.retain(|id, _| seen.contains(id));
        self.deleted.extend(gone.iter().map(|id| (model.to_owned(), id.clone())));
        Ok(gone)
    }

    fn model(&mut self, model: &str) -> &mut ModelCache {
        self.models.entry(model.to_owned()).or_default()
    }
}

fn id_of(record: &Value) -> Result<String, Failure> {
    match record.get("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
        Some(Value::Number(id)) if !id.is_f64() => Ok(id.to_string()),
        _ => Err(failure("invalid_record", &format!("a record needs an `id`, text or an integer: {record}"))),
    }
}

fn merge(into: &mut Value, part: Value) {
    match (into, part) {
        (Value::Object(into), Value::Object(part)) => {
            for (key, value) in part {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, part) => *into = part,
    }
}

pub(super) fn failure(code: &str, message: &str) -> Failure {
    Failure { code: code.to_owned(), message: message.to_owned(), status: None, details: None }
}

//! The records cache: what a sync saves, model by model.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::SyncContext;
use crate::error::{Result, parse, to_json};
use crate::host::{Handle, Host, Merging, Saved};
use crate::schema::Model;

/// A record's id: text or an integer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RecordId {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A whole number beyond `i64`.
    Large(u64),
}

#[derive(Serialize)]
struct Identified {
    id: RecordId,
}

impl SyncContext {
    /// Saves records: new ones are added, changed ones updated, the others left alone.
    pub async fn save<M: Model + Serialize>(&self, records: &[M]) -> Result<Saved> {
        if records.is_empty() {
            return Ok(Saved::default());
        }
        Ok(self.0.host.batch_save(M::NAME, &to_json("writing the records", records)?)?)
    }

    /// Saves records that are JSON already: an array of objects with an `id`.
    pub async fn save_json<M: Model>(&self, records: &Value) -> Result<Saved> {
        Ok(self.0.host.batch_save(M::NAME, &to_json("writing the records", records)?)?)
    }

    /// Deep-merges parts of records, each with its `id`, into existing ones; unknown ids are skipped.
    pub async fn update<M: Model>(&self, parts: &[impl Serialize]) -> Result<Saved> {
        Ok(self.0.host.batch_update(M::NAME, &to_json("writing the records", parts)?)?)
    }

    /// Marks records as deleted, and tells how many were live until now.
    pub async fn delete_records<M: Model>(&self, ids: impl IntoIterator<Item = impl Into<RecordId>>) -> Result<u32> {
        let records: Vec<Identified> = ids.into_iter().map(|id| Identified { id: id.into() }).collect();
        if records.is_empty() {
            return Ok(0);
        }
        Ok(self.0.host.batch_delete(M::NAME, &to_json("writing the ids", &records)?)?)
    }

    /// The live records with these ids, by id.
    pub async fn get_by_ids<M>(&self, ids: impl IntoIterator<Item = impl ToString>) -> Result<BTreeMap<String, M>>
    where
        M: Model + DeserializeOwned,
    {
        let ids: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
        parse("reading records", &self.0.host.get_by_ids(M::NAME, &ids)?)
    }

    /// All live records of a model, page by page.
    pub fn list<M: Model>(&self) -> Listing<M> {
        Listing { host: self.0.host.clone(), cursor: None, done: false, model: PhantomData }
    }

    /// From here to [`track_deletes_end`](Self::track_deletes_end), what is saved counts as seen. Survives the end of the run.
    pub async fn track_deletes_start<M: Model>(&self) -> Result<()> {
        Ok(self.0.host.track_deletes_start(M::NAME)?)
    }

    /// Marks what was not seen as deleted, and gives those ids. Call it only when everything was read.
    pub async fn track_deletes_end<M: Model>(&self) -> Result<Vec<String>> {
        Ok(self.0.host.track_deletes_end(M::NAME)?)
    }

    /// What happens when a record was changed by someone else since this call. The first call of a model decides.
    pub async fn set_merging_strategy<M: Model>(&self, strategy: Merging) -> Result<()> {
        Ok(self.0.host.set_merging_strategy(M::NAME, strategy)?)
    }
}

/// A walk through the live records of a model.
#[must_use = "ask for pages with `next`"]
pub struct Listing<M> {
    host: Handle,
    cursor: Option<String>,
    done: bool,
    model: PhantomData<fn() -> M>,
}

impl<M: Model + DeserializeOwned> Listing<M> {
    /// The next page of records, or `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<M>>> {
        if self.done {
            return Ok(None);
        }
        let (records, cursor) = self.host.list_page(M::NAME, self.cursor.as_deref())?;
        self.done = cursor.is_none();
        self.cursor = cursor;
        parse("reading records", &records).map(Some)
    }
}

impl From<String> for RecordId {
    fn from(id: String) -> Self {
        Self::Text(id)
    }
}

impl From<&str> for RecordId {
    fn from(id: &str) -> Self {
        Self::Text(id.to_owned())
    }
}

impl From<u64> for RecordId {
    fn from(id: u64) -> Self {
        Self::Large(id)
    }
}

macro_rules! integers {
    ($($of:ty),+) => { $(impl From<$of> for RecordId {
        fn from(id: $of) -> Self {
            Self::Integer(i64::from(id))
        }
    })+ };
}

integers!(i8, i16, i32, i64, u8, u16, u32);

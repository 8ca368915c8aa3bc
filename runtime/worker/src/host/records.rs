//! The records cache of the run's sync.

use std::time::Instant;

use syncline_domain::{Action, ExternalId, ModelCounts, ModelName, RecordChange, Variant};
use syncline_host_api::host::{Failure, Merging as WireMerging, Saved, failure};
use syncline_store::{CollectionRef, Fence, ListRecords, SaveRecords, TrackDeletes, UpdateRecords};

use super::FunctionHost;
use super::failure::{from_store, invalid};

/// One transaction holds the writer; larger batches are saved in several.
const CHUNK: usize = 1_000;
const LIST_PAGE: u32 = 100;
/// Wire contract 2.3.
const MAX_IDS: usize = 100;

impl FunctionHost {
    pub(super) async fn records_save(&self, model: String, records: String) -> Result<Saved, Failure> {
        let ((fence, collection), begun) = (self.collection(&model)?, Instant::now());
        let store = self.setup.runner.store();
        // The whole batch before the first write: a batch is saved or it is not.
        let batch = self.setup.schemas.records(&model, &records)?;
        let mut total = Saved { added: 0, updated: 0, unchanged: 0 };
        for chunk in batch.chunks(CHUNK) {
            let key = store.fingerprint_key();
            let records = chunk.iter().map(|record| (record.id().clone(), record.fingerprint(key), record.text().to_owned())).collect();
            let save = SaveRecords {
                fence: Some(fence),
                collection: collection.clone(),
                records,
                keep_changes_after: self.keep_changes_after(&model),
                writer: Some(fence.job),
                now: self.setup.runner.now(),
            };
            let saved = store.records().save(save).await.map_err(|error| from_store(&error))?;
            self.count(&model, ModelCounts { added: saved.added, updated: saved.updated, unchanged: saved.unchanged, deleted: 0 });
            if saved.duplicates > 0 {
                self.say(
                    syncline_host_api::host::Level::Warn,
                    &format!(
                        "{} records of `{model}` had an id that another record of the same batch had before; the first was kept",
                        saved.duplicates
                    ),
                    None,
                );
            }
            total.added += saved.added as u32;
            total.updated += saved.updated as u32;
            total.unchanged += saved.unchanged as u32;
        }
        self.timeline.saved(&model, &[("added", total.added), ("updated", total.updated), ("unchanged", total.unchanged)], begun);
        Ok(total)
    }

    pub(super) async fn records_update(&self, model: String, records: String) -> Result<Saved, Failure> {
        let ((fence, collection), begun) = (self.collection(&model)?, Instant::now());
        let batch = self.setup.schemas.partial_records(&model, &records)?;
        let mut total = Saved { added: 0, updated: 0, unchanged: 0 };
        for chunk in batch.chunks(CHUNK) {
            let records = chunk.iter().map(|record| (record.id().clone(), record.text().to_owned())).collect();
            let update = UpdateRecords {
                fence: Some(fence),
                collection: collection.clone(),
                records,
                keep_changes_after: self.keep_changes_after(&model),
                writer: Some(fence.job),
                now: self.setup.runner.now(),
            };
            let updated = self.setup.runner.store().records().update(update).await.map_err(|error| from_store(&error))?;
            self.count(&model, ModelCounts { updated: updated.updated, unchanged: updated.unchanged, ..ModelCounts::default() });
            total.updated += updated.updated as u32;
            total.unchanged += updated.unchanged as u32;
        }
        self.timeline.saved(&model, &[("updated", total.updated), ("unchanged", total.unchanged)], begun);
        Ok(total)
    }

    pub(super) async fn records_delete(&self, model: String, records: String) -> Result<u32, Failure> {
        let ((fence, collection), begun) = (self.collection(&model)?, Instant::now());
        let batch = self.setup.schemas.partial_records(&model, &records)?;
        let mut total = 0;
        for chunk in batch.chunks(CHUNK) {
            let ids = chunk.iter().map(|record| record.id().clone()).collect();
            let now = self.setup.runner.now();
            let deleted = self
                .setup
                .runner
                .store()
                .records()
                .delete(Some(fence), collection.clone(), ids, Some(fence.job), now)
                .await
                .map_err(|error| from_store(&error))?;
            self.count(&model, ModelCounts { deleted, ..ModelCounts::default() });
            total += deleted as u32;
        }
        self.timeline.saved(&model, &[("deleted", total)], begun);
        Ok(total)
    }

    pub(super) async fn records_by_ids(&self, model: String, ids: Vec<String>) -> Result<String, Failure> {
        let mut json = String::from("{");
        for (id, payload) in self.kept_by_ids(&model, &ids).await? {
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&serde_json::Value::from(id).to_string());
            json.push(':');
            json.push_str(&payload);
        }
        json.push('}');
        Ok(json)
    }

    pub(super) async fn records_page(&self, model: String, cursor: Option<String>) -> Result<(String, Option<String>), Failure> {
        let (payloads, next) = self.kept_page(&model, cursor, LIST_PAGE).await?;
        Ok((format!("[{}]", payloads.join(",")), next))
    }

    /// Live records of these ids, with their texts.
    pub(super) async fn kept_by_ids(&self, model: &str, ids: &[String]) -> Result<Vec<(String, String)>, Failure> {
        let collection = self.readable(model)?;
        let ids = ids
            .iter()
            .map(|id| ExternalId::new(id.as_str()).map_err(|problem| invalid("invalid_record_id", problem)))
            .collect::<Result<Vec<_>, _>>()?;
        let mut found = Vec::new();
        for chunk in ids.chunks(MAX_IDS) {
            found.extend(self.setup.runner.store().records().get_by_ids(&collection, chunk).await.map_err(|error| from_store(&error))?);
        }
        Ok(found)
    }

    /// Texts of live records, and the cursor of those that follow.
    pub(super) async fn kept_page(
        &self,
        model: &str,
        cursor: Option<String>,
        limit: u32,
    ) -> Result<(Vec<String>, Option<String>), Failure> {
        let list = ListRecords {
            collection: self.readable(model)?,
            cursor,
            modified_after: None,
            limit,
            actions: vec![Action::Added, Action::Updated],
            ids: Vec::new(),
            include_deleted: false,
        };
        let page = self.setup.runner.store().records().list(list).await.map_err(|error| match error {
            error @ syncline_store::Error::Cursor => invalid("invalid_cursor", error),
            other => from_store(&other),
        })?;
        Ok((page.records.into_iter().filter_map(|record| record.payload).collect(), page.next_cursor))
    }

    pub(super) async fn records_track_start(&self, model: String) -> Result<(), Failure> {
        let (fence, collection) = self.collection(&model)?;
        // A run behind a checkpoint goes on with what the run before it saw.
        let resume = self.checkpoint_get().await?.is_some();
        let tracking = self.tracking(fence, collection);
        self.setup.runner.store().records().track_deletes_start(tracking, resume).await.map_err(|error| from_store(&error))
    }

    pub(super) async fn records_track_end(&self, model: String) -> Result<Vec<String>, Failure> {
        let ((fence, collection), begun) = (self.collection(&model)?, Instant::now());
        let deleted =
            self.setup.runner.store().records().track_deletes_end(self.tracking(fence, collection)).await.map_err(|error| match error {
                error @ syncline_store::Error::NotTracking => invalid("not_tracking_deletes", error),
                other => from_store(&other),
            })?;
        self.count(&model, ModelCounts { deleted: deleted.len() as u64, ..ModelCounts::default() });
        self.timeline.saved(&model, &[("deleted", deleted.len() as u32)], begun);
        Ok(deleted.into_iter().map(|id| id.as_str().to_owned()).collect())
    }

    pub(super) async fn records_set_merging(&self, model: String, strategy: WireMerging) -> Result<(), Failure> {
        let (_, collection) = self.collection(&model)?;
        if strategy == WireMerging::Override || self.merging.lock().expect("nothing panics while it is held").contains_key(&model) {
            return Ok(());
        }
        let base = self.setup.runner.store().records().position(&collection).await.map_err(|error| from_store(&error))?;
        self.merging.lock().expect("nothing panics while it is held").entry(model).or_insert(base);
        Ok(())
    }

    fn keep_changes_after(&self, model: &str) -> Option<i64> {
        self.merging.lock().expect("nothing panics while it is held").get(model).copied()
    }

    fn tracking(&self, fence: Fence, collection: CollectionRef) -> TrackDeletes {
        TrackDeletes { fence: Some(fence), collection, writer: Some(fence.job), now: self.setup.runner.now() }
    }

    /// A model of this sync, and the lease under which it is written.
    fn collection(&self, model: &str) -> Result<(Fence, CollectionRef), Failure> {
        let collection = self.readable(model)?;
        Ok((self.setup.work.fence.ok_or_else(not_a_sync)?, collection))
    }

    /// A model of this sync.
    fn readable(&self, model: &str) -> Result<CollectionRef, Failure> {
        let work = &self.setup.work;
        let sync = work.sync.as_ref().ok_or_else(not_a_sync)?;
        self.setup.schemas.declared(model)?;
        let model = ModelName::new(model).map_err(|defect| invalid("unknown_model", defect))?;
        let variant: Variant = sync.variant.clone();
        Ok(CollectionRef { connection: work.connection.id, model, variant })
    }

    /// What is on disk by now.
    fn count(&self, model: &str, more: ModelCounts) {
        let ModelCounts { added, updated, deleted, unchanged } = more;
        let changes = [(RecordChange::Added, added), (RecordChange::Updated, updated), (RecordChange::Deleted, deleted)];
        self.setup.runner.store().metrics().records_changed(self.setup.work.connection.environment, &changes);
        let mut all = self.counts.lock().expect("nothing panics while it is held");
        let counts = all.entry(model.to_owned()).or_default();
        counts.added += added;
        counts.updated += updated;
        counts.deleted += deleted;
        counts.unchanged += unchanged;
    }
}

fn not_a_sync() -> Failure {
    failure("not_a_sync", "only a sync has records; return an action's result instead")
}

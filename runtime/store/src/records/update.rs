//! Merging into records.

use std::collections::HashMap;
use std::sync::Arc;

use syncline_domain::{Action, ExternalId, JobId, RecordDefect, RecordText, Timestamp, merge_deep};

use super::collection::{Collection, existing};
use super::write::{Changed, identity, mark_seen, open, upsert_rows};
use super::{CollectionRef, Records};
use crate::crypto::Cipher;
use crate::database::{Sql, Transaction, values};
use crate::{Error, Fence};

/// A batch to merge into what is there.
#[derive(Clone, Debug)]
pub struct UpdateRecords {
    /// For a run of a job: proof of the lease.
    pub fence: Option<Fence>,
    /// Where to.
    pub collection: CollectionRef,
    /// Id and the fields to merge, a JSON object with the same id. Several with one id are merged one after the other.
    pub records: Vec<(ExternalId, String)>,
    /// As in [`super::SaveRecords`].
    pub keep_changes_after: Option<i64>,
    /// As in [`super::SaveRecords`].
    pub writer: Option<JobId>,
    /// The present.
    pub now: Timestamp,
}

/// What merging did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Updated {
    /// With other content than before.
    pub updated: u64,
    /// As they were.
    pub unchanged: u64,
    /// Left as another writer made them.
    pub kept: u64,
    /// Unknown, deleted or without a payload.
    pub skipped: u64,
    /// Of the collection's last change.
    pub position: i64,
}

const PAYLOADS: Sql = by_ids!("external_id, payload", "AND deleted_at IS NULL AND payload IS NOT NULL");

impl Records<'_> {
    /// Deep-merges a batch into the records of these ids in one transaction; arrays are replaced. [`Error::Record`] when a result is too
    /// large or too deep: then nothing was written.
    pub async fn update(&self, batch: UpdateRecords) -> Result<Updated, Error> {
        let (cipher, fingerprints) = (self.0.cipher().clone(), self.0.fingerprint_key().clone());
        self.0.database().write(move |transaction| Box::pin(async move { update(transaction, &cipher, &fingerprints, batch).await })).await
    }
}

async fn update(
    transaction: &mut Transaction,
    cipher: &Arc<Cipher>,
    fingerprints: &syncline_domain::FingerprintKey,
    batch: UpdateRecords,
) -> Result<Updated, Error> {
    if let Some(fence) = batch.fence {
        fence.check(transaction).await?;
    }
    let Some(mut collection) = Collection::find(transaction, &batch.collection).await? else {
        return Ok(Updated { skipped: batch.records.len() as u64, ..Updated::default() });
    };
    let before = collection;
    let ids: Vec<String> = batch.records.iter().map(|(id, _)| id.to_string()).collect();
    let known = existing(transaction, &collection, ids.clone()).await?;
    let mut texts = HashMap::new();
    for row in transaction.rows(PAYLOADS, values![collection.connection, collection.id, ids]).await? {
        let id: String = row.get("external_id")?;
        let text = open(cipher, &identity(collection.connection, collection.id, &id), row.get("payload")?)?;
        texts.insert(id, text);
    }

    let mut updated = Updated::default();
    let writer = batch.writer.map(|job| job.0);
    let (mut touched, mut seen) = (Vec::new(), Vec::new());
    for (index, (id, patch)) in batch.records.iter().enumerate() {
        let (Some(old), Some(text)) = (known.get(id.as_str()), texts.get_mut(id.as_str())) else {
            updated.skipped += 1;
            continue;
        };
        if collection.tracking && old.generation != collection.generation {
            seen.push(id.to_string());
        }
        let theirs = old.writer.is_none() || old.writer != writer;
        if theirs && batch.keep_changes_after.is_some_and(|position| old.position > position) {
            updated.kept += 1;
            continue;
        }
        let defect = |problem: String| Error::Record(RecordDefect { index, problem: problem.into() });
        *text = merge_deep(text, patch).map_err(|_| defect("not a JSON object".to_owned()))?;
        if !touched.iter().any(|(touched, _)| *touched == id) {
            touched.push((id, index));
        }
    }
    let mut changed = Vec::new();
    for (id, index) in touched {
        let (old, text) = (&known[id.as_str()], &texts[id.as_str()]);
        let record = RecordText::parse(text).map_err(|problem| Error::Record(RecordDefect { index, problem }))?;
        let hash = record.fingerprint(fingerprints);
        if old.hash == hash.0 {
            updated.unchanged += 1;
            continue;
        }
        updated.updated += 1;
        collection.size_bytes += text.len() as i64 - old.size_bytes;
        changed.push(Changed {
            external_id: id.as_str(),
            position: collection.next_position(),
            hash,
            text,
            action: Action::Updated,
            first_seen_at: old.first_seen_at,
        });
    }
    upsert_rows(transaction, cipher, &collection, changed, writer, batch.now).await?;
    mark_seen(transaction, &collection, seen).await?;
    if collection != before {
        collection.store(transaction).await?;
    }
    updated.position = collection.position;
    Ok(updated)
}

//! Saving records.

use std::collections::HashSet;
use std::sync::Arc;

use syncline_domain::{Action, ExternalId, Fingerprint, JobId, Timestamp};

use super::collection::{Collection, existing};
use super::write::{Changed, mark_seen, upsert_rows};
use super::{CollectionRef, Records};
use crate::crypto::Cipher;
use crate::database::Transaction;
use crate::{Error, Fence};

/// A batch to save.
#[derive(Clone, Debug)]
pub struct SaveRecords {
    /// For a run of a job: proof of the lease.
    pub fence: Option<Fence>,
    /// Where to.
    pub collection: CollectionRef,
    /// Id, fingerprint and JSON of each. Of several with one id the first counts.
    pub records: Vec<(ExternalId, Fingerprint, String)>,
    /// [`syncline_domain::Merging::IgnoreIfModifiedAfter`]: leave records that another writer changed behind this position
    /// ([`Records::position`]). `None`: the last write wins.
    pub keep_changes_after: Option<i64>,
    /// Whose changes are one's own.
    pub writer: Option<JobId>,
    /// The present.
    pub now: Timestamp,
}

/// What saving did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Saved {
    /// New, or back after a deletion.
    pub added: u64,
    /// With other content than before.
    pub updated: u64,
    /// As they were.
    pub unchanged: u64,
    /// Left as another writer made them.
    pub kept: u64,
    /// Further ones with an id that came before in the batch.
    pub duplicates: u64,
    /// Of the collection's last change.
    pub position: i64,
}

impl Records<'_> {
    /// Saves a batch in one transaction. Records that did not change are not written, whether or not they were pruned.
    pub async fn save(&self, batch: SaveRecords) -> Result<Saved, Error> {
        let cipher = self.0.cipher().clone();
        self.0.database().write(move |transaction| Box::pin(async move { save(transaction, &cipher, batch).await })).await
    }
}

async fn save(transaction: &mut Transaction, cipher: &Arc<Cipher>, batch: SaveRecords) -> Result<Saved, Error> {
    if let Some(fence) = batch.fence {
        fence.check(transaction).await?;
    }
    let mut collection = Collection::ensure(transaction, &batch.collection).await?;
    let before = collection;
    let ids: Vec<String> = batch.records.iter().map(|(id, ..)| id.to_string()).collect();
    let existing = existing(transaction, &collection, ids).await?;

    let (mut saved, mut met) = (Saved::default(), HashSet::with_capacity(batch.records.len()));
    let (mut changed, mut seen) = (Vec::new(), Vec::new());
    let writer = batch.writer.map(|job| job.0);
    for (id, hash, text) in &batch.records {
        if !met.insert(id.as_str()) {
            saved.duplicates += 1;
            continue;
        }
        let old = existing.get(id.as_str());
        if let Some(old) = old {
            let theirs = old.writer.is_none() || old.writer != writer;
            let kept = theirs && batch.keep_changes_after.is_some_and(|position| old.position > position);
            if kept || (!old.deleted && old.hash == hash.0) {
                *(if kept { &mut saved.kept } else { &mut saved.unchanged }) += 1;
                // Seen all the same: a record that the provider has must not be taken for a deleted one.
                if collection.tracking && old.generation != collection.generation {
                    seen.push(id.to_string());
                }
                continue;
            }
        }
        let alive = old.filter(|old| !old.deleted);
        let (action, first_seen_at) = alive.map_or((Action::Added, batch.now), |old| (Action::Updated, old.first_seen_at));
        if alive.is_some() {
            saved.updated += 1;
        } else {
            saved.added += 1;
            collection.record_count += 1;
        }
        collection.size_bytes += text.len() as i64 - old.map_or(0, |old| old.size_bytes);
        changed.push(Changed { external_id: id.as_str(), position: collection.next_position(), hash: *hash, text, action, first_seen_at });
    }

    upsert_rows(transaction, cipher, &collection, changed, writer, batch.now).await?;
    mark_seen(transaction, &collection, seen).await?;
    if collection != before {
        collection.store(transaction).await?;
    }
    saved.position = collection.position;
    Ok(saved)
}

//! Delete tracking: what a full refresh did not see is gone at the provider.
//!
//! *Invariant:* only a record that was not saved since tracking started is marked.

use syncline_domain::{JobId, Timestamp};

use super::collection::Collection;
use super::delete::mark_deleted;
use super::{CollectionRef, Records};
use crate::database::values;
use crate::{Error, Fence};

/// Small enough that others get at the collection in between.
const CHUNK: u32 = 1_000;

/// Who tracks what.
#[derive(Clone, Debug)]
pub struct TrackDeletes {
    /// For a run of a job: proof of the lease.
    pub fence: Option<Fence>,
    /// Of what.
    pub collection: CollectionRef,
    /// Who marks.
    pub writer: Option<JobId>,
    /// The present.
    pub now: Timestamp,
}

impl Records<'_> {
    /// Starts tracking.
    ///
    /// With `resume`, tracking that is on goes on: what a run before an interruption saved counts as seen, because this run goes on behind
    /// its checkpoint. Without, everything must be seen again: a run without a checkpoint reads from the start, and what the last one saw
    /// may be gone by now.
    pub async fn track_deletes_start(&self, track: TrackDeletes, resume: bool) -> Result<(), Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if let Some(fence) = track.fence {
                        fence.check(transaction).await?;
                    }
                    let mut collection = Collection::ensure(transaction, &track.collection).await?;
                    if !(collection.tracking && resume) {
                        collection.generation += 1;
                        collection.tracking = true;
                        collection.store(transaction).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Marks what was not seen as deleted, in chunks, and ends tracking; returns the ids. A run that dies between two chunks leaves tracking
    /// on, and only truly missing records marked. [`Error::NotTracking`] when it was not on.
    pub async fn track_deletes_end(&self, track: TrackDeletes) -> Result<Vec<String>, Error> {
        let (mut deleted, mut after) = (Vec::new(), Some(0));
        while let Some(position) = after {
            let (ids, next) = self.mark_unseen(track.clone(), position).await?;
            deleted.extend(ids);
            after = next;
        }
        Ok(deleted)
    }

    /// Marks a chunk behind `after`; what is saved meanwhile is seen. Returns the ids, and where to go on.
    async fn mark_unseen(&self, track: TrackDeletes, after: i64) -> Result<(Vec<String>, Option<i64>), Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if let Some(fence) = track.fence {
                        fence.check(transaction).await?;
                    }
                    let found = Collection::find(transaction, &track.collection).await?;
                    let Some(mut collection) = found.filter(|collection| collection.tracking) else {
                        return if after > 0 { Ok((Vec::new(), None)) } else { Err(Error::NotTracking) };
                    };
                    let sql = "SELECT external_id, position FROM records
                               WHERE connection = $1 AND collection = $2 AND position > 0 AND position > $3 AND generation < $4 AND deleted_at IS NULL
                               ORDER BY position LIMIT $5";
                    let values = values![collection.connection, collection.id, after, collection.generation, i64::from(CHUNK)];
                    let rows = transaction.rows(sql, values).await?;
                    let ids = rows.iter().map(|row| row.get::<String>("external_id")).collect::<Result<Vec<_>, _>>()?;
                    let next = rows.last().filter(|_| ids.len() == CHUNK as usize).map(|row| row.get("position")).transpose()?;
                    if next.is_none() {
                        collection.tracking = false;
                        collection.store(transaction).await?;
                    }
                    mark_deleted(transaction, &mut collection, &ids, track.writer, track.now).await?;
                    Ok((ids, next))
                })
            })
            .await
    }
}

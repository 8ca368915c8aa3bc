//! The records cache.
//!
//! ```text
//! save, update, delete, track_deletes_end ─▶ lock the collection's row ─▶ compare ─▶ changed rows take the next positions ─▶ commit
//! list(cursor) ─▶ rows behind the cursor's position, in order of position
//! ```
//!
//! *Invariant:* in a collection positions are given in commit order and without gaps, and each change of a row takes a new one; so a
//! reader that goes on from its last cursor sees the last state of every row.

/// Selects columns of a collection's records with the ids `$3`, under a condition that begins with `AND` or is empty.
///
/// PostgreSQL takes id by id from the primary key. Told to find the ids in a list, it may read the whole collection for as long as it has
/// no statistics of it, which is when a new collection is filled.
macro_rules! by_ids {
    ($columns:literal, $condition:literal) => {
        $crate::database::Sql::differs(
            concat!(
                "SELECT ",
                $columns,
                " FROM records WHERE connection = $1 AND collection = $2 AND external_id IN (SELECT value FROM json_each($3)) ",
                $condition
            ),
            concat!(
                "SELECT found.* FROM UNNEST($3) wanted (id) CROSS JOIN LATERAL (
                     SELECT ",
                $columns,
                " FROM records WHERE connection = $1 AND collection = $2 AND external_id = wanted.id ",
                $condition,
                " LIMIT 1) found"
            ),
        )
    };
}

mod browse;
mod collection;
mod delete;
mod drop;
mod list;
mod packed;
mod prune;
mod retain;
mod save;
mod tracking;
mod update;
mod write;

use syncline_domain::{Action, ConnectionRowId, ExternalId, ModelName, Timestamp, Variant};

pub use browse::{BrowseRecords, HeadPage, RecordHead};
pub use collection::CollectionCounts;
pub(crate) use delete::delete_rows;
pub(crate) use drop::drop_model_in;
pub use list::{ListRecords, Page};
pub use prune::Pruned;
pub use retain::Retained;
pub use save::{SaveRecords, Saved};
pub use tracking::TrackDeletes;
pub use update::{UpdateRecords, Updated};
pub(crate) use write::identity;

use crate::Store;

/// The records.
pub struct Records<'s>(pub(crate) &'s Store);

/// A stream of records: a model of a connection in a variant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CollectionRef {
    /// Whose.
    pub connection: ConnectionRowId,
    /// What.
    pub model: ModelName,
    /// Which partition.
    pub variant: Variant,
}

/// A record as it is now.
#[derive(Clone, Debug)]
pub struct RecordRow {
    /// Its own id.
    pub external_id: ExternalId,
    /// The JSON object that was saved; absent once it was pruned.
    pub payload: Option<String>,
    /// What happened to it last.
    pub action: Action,
    /// When it was saved for the first time since it was new or deleted.
    pub first_seen_at: Timestamp,
    /// When that happened.
    pub updated_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// When its payload was dropped.
    pub pruned_at: Option<Timestamp>,
    /// Points behind this change.
    pub cursor: String,
}

fn action(text: &str) -> Option<Action> {
    [Action::Added, Action::Updated, Action::Deleted].into_iter().find(|action| action.as_str() == text)
}

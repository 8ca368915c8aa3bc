//! How much of each rate limit is taken, where several nodes count together.

use syncline_domain::Timestamp;

use crate::database::values;
use crate::{Error, Store};

/// The windows under way.
pub struct RateWindows<'s>(pub(crate) &'s Store);

impl RateWindows<'_> {
    /// Takes `points` of the bucket in the window that begins then. Returns how many are taken in all, this time's among them, which may be more
    /// than the limit: whoever asked then got none, or a part.
    pub async fn take(&self, bucket: String, begins_at: Timestamp, points: u32) -> Result<u64, Error> {
        let sql = "INSERT INTO rate_windows (bucket, begins_at, taken) VALUES ($1, $2, $3)
                   ON CONFLICT (bucket, begins_at) DO UPDATE SET taken = rate_windows.taken + excluded.taken RETURNING taken";
        let values = values![bucket, begins_at, i64::from(points)];
        let row = self.0.database().execute_returning(sql, values).await?.expect("an upsert returns its row");
        Ok(row.get::<i64>("taken")?.unsigned_abs())
    }
}

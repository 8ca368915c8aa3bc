//! Jobs of kinds that only a newer version knows: while nodes are upgraded one after the other, the older ones leave them alone.

use syncline_domain::JobKind;

use super::Jobs;
use crate::Error;
use crate::database::{Sql, values};

macro_rules! unknown {
    ($known:literal) => {
        concat!(
            "SELECT kind, COUNT(*) AS count FROM jobs WHERE state IN ('available', 'running') AND ",
            $known,
            " GROUP BY kind ORDER BY kind"
        )
    };
}

// Differs because each database has its own lists.
const UNKNOWN: Sql = Sql::differs(unknown!("kind NOT IN (SELECT value FROM json_each($1))"), unknown!("kind <> ALL ($1)"));

/// As a parameter.
pub(super) fn known_kinds() -> Vec<String> {
    JobKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()
}

impl Jobs<'_> {
    /// How many active jobs there are of each kind that this version does not know. Reads all that are active.
    pub async fn unknown_kinds(&self) -> Result<Vec<(String, i64)>, Error> {
        let rows = self.0.database().rows(UNKNOWN, values![known_kinds()]).await?;
        rows.iter().map(|row| Ok((row.get("kind")?, row.get("count")?))).collect()
    }
}

//! The first few of each lane.

use syncline_domain::JobId;

use crate::Error;
use crate::database::{Sql, Transaction, values};

/// A job that outlived so many workers may be what ends them, or it happened to be there when another did. It is tried where no other of
/// them is: those that only happened to be there come through, and the one that kills is counted alone.
pub(crate) const SUSPECT: i64 = 3;

/// A job in line.
pub(crate) struct Candidate {
    pub(crate) id: JobId,
    pub(crate) lane: i64,
    pub(crate) connection: Option<i64>,
    pub(crate) function: Option<i64>,
    pub(super) crashes: i64,
}

// Asynchronous actions of one connection run one at a time, in the order in which they were accepted: of those that are not over, only the
// first may be claimed. That holds on any number of nodes without a lock among claimers, because it only ever gets truer: whoever accepts an
// action holds its connection's row from before the job has an id until the commit, so that ids of one connection are committed in their order
// and nobody sees a later one without the earlier; and a job that is over never comes back. A claimer with an old view of the table waits too
// long, never too short. Jobs behind the first are passed over with one look at an index each; how many they can be has a limit.
// Nothing else stands in an action's way but the number of jobs at once: actions that callers wait for have slots of their own.
macro_rules! in_line {
    ($what:literal, $of:literal, $kinds:literal, $limit:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM jobs due
             WHERE due.state = 'available' AND due.rank IS NOT NULL AND due.lane = ",
            $of,
            " AND due.kind ",
            $kinds,
            "
                 AND (due.crashes < $4 OR NOT $5)
                 AND (due.kind <> 'run_action' OR NOT EXISTS (
                     SELECT 1 FROM jobs earlier
                     WHERE earlier.connection = due.connection AND earlier.id < due.id AND earlier.kind = 'run_action'
                         AND earlier.state IN ('available', 'running')))
             ORDER BY due.rank, due.id LIMIT ",
            $limit
        )
    };
}

// Differs because only PostgreSQL has several claimers at once, who pass each other by, and because SQLite has no lateral joins.
const FIRST: Sql = Sql::differs(
    concat!(
        "SELECT jobs.id, jobs.lane, jobs.connection, jobs.function, jobs.crashes FROM json_each($1) turn
         CROSS JOIN jobs ON jobs.id IN (",
        in_line!("due.id", "turn.value", "IN (SELECT value FROM json_each($3))", "$2"),
        ") ORDER BY turn.key, jobs.rank, jobs.id"
    ),
    concat!(
        "SELECT first.id, first.lane, first.connection, first.function, first.crashes
         FROM unnest($1) WITH ORDINALITY AS turn (lane, step)
         CROSS JOIN LATERAL (",
        in_line!(
            "due.id, due.lane, due.connection, due.function, due.crashes, due.rank",
            "turn.lane",
            "= ANY ($3)",
            "$2 FOR UPDATE OF due SKIP LOCKED"
        ),
        ") AS first
         ORDER BY turn.step, first.rank, first.id"
    ),
);

/// At most `share` of each lane, lane by lane.
pub(super) async fn first(
    transaction: &mut Transaction,
    lanes: &[i64],
    share: usize,
    kinds: &[String],
    no_suspects: bool,
) -> Result<Vec<Candidate>, Error> {
    let share = i64::try_from(share).expect("slots are few");
    let rows = transaction.rows(FIRST, values![lanes.to_vec(), share, kinds.to_vec(), SUSPECT, no_suspects]).await?;
    rows.iter()
        .map(|row| {
            Ok(Candidate {
                id: JobId(row.get("id")?),
                lane: row.get("lane")?,
                connection: row.get("connection")?,
                function: row.get("function")?,
                crashes: row.get("crashes")?,
            })
        })
        .collect()
}

//! Looking through the runs of an environment by what people know of them: names and states.

use syncline_domain::{ConnectionName, EnvironmentId, FunctionName, IntegrationKey, RunId, RunState, Timestamp};

use super::{RunRow, Runs, run};
use crate::Error;
use crate::database::{Sql, values};

/// Looked at for one page. What is rare among millions would otherwise be looked for in all of them; the page's cursor goes on from here.
const LOOKED_AT: i64 = 5_000;

/// Which runs; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct RunSearch {
    /// Where.
    pub environment: EnvironmentId,
    /// That stand here.
    pub state: Option<RunState>,
    /// Of functions of this name.
    pub function: Option<FunctionName>,
    /// On connections of this name.
    pub connection: Option<ConnectionName>,
    /// Of this integration.
    pub integration: Option<IntegrationKey>,
    /// That began then or later.
    pub since: Option<Timestamp>,
    /// Older than this one.
    pub before: Option<RunId>,
    /// At most so many.
    pub limit: u32,
}

/// A page of runs.
#[derive(Clone, Debug)]
pub struct RunPage {
    /// Newest first, without input and output.
    pub rows: Vec<RunRow>,
    /// The `before` of the page that follows; there may be one though this page is not full.
    pub next: Option<RunId>,
}

/// A page, and the last of so many rows of the index that it is read from.
struct Texts {
    page: Sql,
    floor: Sql,
}

macro_rules! page {
    ($runs:expr, $narrow:literal) => {
        concat!(
            "SELECT * FROM (SELECT id, environment, function, function_name, kind, connection, connection_name, integration_key, sync, variant,
                 trigger_kind, state, attempt, job, error, counts, cpu_time_us, peak_memory_bytes, host_calls, started_at, finished_at
             FROM ",
            $runs,
            " WHERE environment = $1 AND id >= $2 AND id < $3",
            $narrow,
            " ORDER BY id DESC LIMIT $8) looked_at
             WHERE ($4 IS NULL OR connection_name = $4) AND ($5 IS NULL OR function_name = $5) AND ($6 IS NULL OR state = $6)
                 AND ($7 IS NULL OR integration_key = $7)
             ORDER BY id DESC LIMIT $9"
        )
    };
}

macro_rules! floor {
    ($runs:expr, $narrow:literal) => {
        concat!(
            "SELECT id FROM ",
            $runs,
            " WHERE environment = $1 AND id >= $2 AND id < $3 AND ($4 IS NULL OR $4 = $4) AND ($5 IS NULL OR $5 = $5)
                 AND ($6 IS NULL OR $6 = $6)",
            $narrow,
            " ORDER BY id DESC LIMIT 1 OFFSET $7"
        )
    };
}

macro_rules! texts {
    ($index:literal, $narrow:literal) => {
        Texts {
            page: Sql::differs(page!(concat!("runs INDEXED BY ", $index), $narrow), page!("runs", $narrow)),
            floor: Sql::differs(floor!(concat!("runs INDEXED BY ", $index), $narrow), floor!("runs", $narrow)),
        }
    };
}

// The same question in four texts: a planner sees which index answers it only where the text says so. Differs because SQLite keeps no figures of
// how rare a name is, and reads all runs of the environment for one that hardly any has.
const ANY: Texts = texts!("runs_newest", "");
const OF_CONNECTION: Texts = texts!("runs_of_connection", " AND connection_name = $4");
const OF_FUNCTION: Texts = texts!("runs_of_function", " AND function_name = $5");
const NOT_WELL: Texts = texts!("runs_by_state", " AND state = $6 AND state <> 'succeeded'");

impl Runs<'_> {
    /// A page, found by an index whatever is asked for.
    pub async fn browse(&self, search: RunSearch) -> Result<RunPage, Error> {
        let texts = match &search {
            RunSearch { connection: Some(_), .. } => OF_CONNECTION,
            RunSearch { function: Some(_), .. } => OF_FUNCTION,
            RunSearch { state: Some(state), .. } if *state != RunState::Succeeded => NOT_WELL,
            _ => ANY,
        };
        // Ids begin with their time. No id is below the empty text, and none above `g`.
        let since = search.since.map(|since| RunId::new(since, [0; 10]).to_string()).unwrap_or_default();
        let before = search.before.map_or_else(|| "g".to_owned(), |before| before.to_string());
        let (connection, function) = (search.connection.as_ref().map(ConnectionName::as_str), search.function.as_ref());
        let (function, state) = (function.map(FunctionName::as_str), search.state.map(RunState::as_str));
        let integration = search.integration.as_ref().map(IntegrationKey::as_str);
        // One more tells whether a page follows.
        let limit = i64::from(search.limit) + 1;
        let values = values![search.environment, since.clone(), before.clone(), connection, function, state, integration, LOOKED_AT, limit];
        let found = self.0.database().rows(texts.page, values).await?;
        let mut rows = found.iter().map(|row| run(row, self.0.cipher())).collect::<Result<Vec<_>, _>>()?;
        if rows.len() > search.limit as usize {
            rows.truncate(search.limit as usize);
            return Ok(RunPage { next: rows.last().map(|row| row.id), rows });
        }
        let values = values![search.environment, since, before, connection, function, state, LOOKED_AT - 1];
        let floor = self.0.database().row(texts.floor, values).await?;
        let next = floor.map(|row| row.parse("runs", "id", |text| text.parse().ok())).transpose()?;
        Ok(RunPage { rows, next })
    }
}

//! Finding operations: the noted ones and the runs, merged by time.

use std::cmp::Reverse;

use syncline_domain::{ConnectionName, EnvironmentId, FunctionName, IntegrationKey, OperationId, OperationState, Timestamp};

use super::{OperationRow, Operations, row};
use crate::Error;
use crate::database::{Sql, Value, values};

/// Looked at for one page of a search in texts. A text that nothing holds would otherwise be looked for in everything that is kept, for as long
/// as it takes; so the search stops here, and the page's cursor goes on.
const SEARCHED: u32 = 2_000;

/// Which operations; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct OperationFilter {
    /// Where.
    pub environment: EnvironmentId,
    /// Of this type.
    pub kind: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// That stand here.
    pub state: Option<OperationState>,
    /// Of this integration.
    pub integration: Option<IntegrationKey>,
    /// On connections of this name.
    pub connection: Option<ConnectionName>,
    /// Of functions of this name.
    pub function: Option<FunctionName>,
    /// That began then or later.
    pub since: Option<Timestamp>,
    /// That began earlier.
    pub until: Option<Timestamp>,
    /// Whose summary or messages hold this, in any case.
    pub text: Option<String>,
    /// Older than this one.
    pub before: Option<OperationId>,
    /// At most so many.
    pub limit: u32,
}

/// A page of operations.
#[derive(Clone, Debug)]
pub struct OperationPage {
    /// Newest first.
    pub rows: Vec<OperationRow>,
    /// The `before` of the page that follows; a search may have one though this page is not full.
    pub next: Option<OperationId>,
}

macro_rules! noted {
    ($narrow:literal, $strpos:literal) => {
        concat!(
            "SELECT id, type, action, state, integration_key, connection_name, function_name, actor, summary, detail, started_at, finished_at,
                 ($10 IS NULL OR ",
            $strpos,
            "(LOWER(summary), LOWER($10)) > 0 OR EXISTS (SELECT 1 FROM operation_messages m
                  WHERE m.operation = operations.id AND ",
            $strpos,
            "(LOWER(m.message), LOWER($10)) > 0)) AS matched
             FROM operations
             WHERE environment = $1 AND id >= $2 AND id < $3 AND ($4 IS NULL OR type = $4) AND ($5 IS NULL OR action = $5)
                 AND ($6 IS NULL OR state = $6) AND ($7 IS NULL OR integration_key = $7) AND ($8 IS NULL OR function_name = $8)
                 AND ($9 IS NULL OR connection_name = $9)",
            $narrow,
            " ORDER BY id DESC LIMIT $11"
        )
    };
}

macro_rules! runs {
    ($narrow:literal, $strpos:literal) => {
        concat!(
            "SELECT id, kind, trigger_kind, state, integration_key, connection_name, function_name, variant, attempt, error, started_at,
                 finished_at, ($10 IS NULL OR ",
            $strpos,
            "(LOWER(function_name), LOWER($10)) > 0 OR EXISTS (SELECT 1 FROM run_logs l
                  WHERE l.run = runs.id AND ",
            $strpos,
            "(LOWER(l.message), LOWER($10)) > 0)) AS matched
             FROM runs
             WHERE environment = $1 AND id >= $2 AND id < $3 AND ($4 IS NULL OR kind = $4) AND ($5 IS NULL OR 'run' = $5)
                 AND ($6 IS NULL OR state = $6) AND ($7 IS NULL OR integration_key = $7) AND ($8 IS NULL OR function_name = $8)
                 AND ($9 IS NULL OR connection_name = $9)",
            $narrow,
            " ORDER BY id DESC LIMIT $11"
        )
    };
}

/// The same question in three texts: a planner sees which index answers it only where the text says so.
struct Texts {
    any: Sql,
    of_connection: Sql,
    failed: Sql,
}

// Differs because the function that finds a text in a text has two names.
const NOTED: Texts = Texts {
    any: Sql::differs(noted!("", "INSTR"), noted!("", "STRPOS")),
    of_connection: Sql::differs(noted!(" AND connection_name = $9", "INSTR"), noted!(" AND connection_name = $9", "STRPOS")),
    failed: Sql::differs(noted!(" AND state = 'failed'", "INSTR"), noted!(" AND state = 'failed'", "STRPOS")),
};
const RUNS: Texts = Texts {
    any: Sql::differs(runs!("", "INSTR"), runs!("", "STRPOS")),
    of_connection: Sql::differs(runs!(" AND connection_name = $9", "INSTR"), runs!(" AND connection_name = $9", "STRPOS")),
    failed: Sql::differs(runs!(" AND state = 'failed'", "INSTR"), runs!(" AND state = 'failed'", "STRPOS")),
};

/// One that was looked at.
struct Candidate {
    row: OperationRow,
    is_match: bool,
}

impl Operations<'_> {
    /// Newest first.
    pub async fn list(&self, filter: OperationFilter) -> Result<OperationPage, Error> {
        // One more tells whether a page follows.
        let each = if filter.text.is_some() { SEARCHED.max(filter.limit + 1) } else { filter.limit + 1 };
        let noted = self.0.database().rows(pick(&NOTED, &filter), parameters(&filter, filter.kind.as_deref(), each)).await?;
        let mut sources = vec![candidates(&noted, row::noted)?];
        // Runs know their function's kind.
        let kind = match filter.kind.as_deref() {
            Some("events") => Some("event"),
            other => other,
        };
        if kind.is_none_or(|kind| matches!(kind, "sync" | "action" | "event")) {
            let runs = self.0.database().rows(pick(&RUNS, &filter), parameters(&filter, kind, each)).await?;
            sources.push(candidates(&runs, |found| row::run(found, self.0))?);
        }
        Ok(merge(sources, each as usize, filter.limit as usize))
    }
}

fn pick(texts: &Texts, filter: &OperationFilter) -> Sql {
    match filter {
        _ if filter.connection.is_some() => texts.of_connection,
        _ if filter.state == Some(OperationState::Failed) => texts.failed,
        _ => texts.any,
    }
}

fn parameters(filter: &OperationFilter, kind: Option<&str>, limit: u32) -> Vec<Value> {
    // Ids begin with their time. No id is below the empty text, and none above `g`.
    let bound = |time: Timestamp| OperationId::new(time, [0; 10]).to_string();
    let until = [filter.until.map(bound), filter.before.map(|id| id.to_string())].into_iter().flatten().min();
    values![
        filter.environment,
        filter.since.map(bound).unwrap_or_default(),
        until.unwrap_or_else(|| "g".to_owned()),
        kind,
        filter.action.as_deref(),
        filter.state.map(OperationState::as_str),
        filter.integration.as_ref().map(IntegrationKey::as_str),
        filter.function.as_ref().map(FunctionName::as_str),
        filter.connection.as_ref().map(ConnectionName::as_str),
        filter.text.as_deref(),
        i64::from(limit)
    ]
}

fn candidates(
    rows: &[crate::database::Row],
    read: impl Fn(&crate::database::Row) -> Result<OperationRow, Error>,
) -> Result<Vec<Candidate>, Error> {
    rows.iter().map(|row| Ok(Candidate { is_match: row.get("matched")?, row: read(row)? })).collect()
}

/// `each`: how many a source has at most; one that has so many may have more.
fn merge(sources: Vec<Vec<Candidate>>, each: usize, limit: usize) -> OperationPage {
    // Below the last of such a source, others of it could come first.
    let floor = sources.iter().filter(|source| source.len() >= each).filter_map(|source| source.last()).map(|last| last.row.id).max();
    let mut all: Vec<Candidate> = sources.into_iter().flatten().filter(|one| floor.is_none_or(|floor| one.row.id >= floor)).collect();
    all.sort_by_key(|one| Reverse(one.row.id));
    let (mut rows, mut looked_at, mut is_full) = (Vec::new(), None, false);
    let mut left = all.into_iter().peekable();
    while let Some(candidate) = left.next() {
        looked_at = Some(candidate.row.id);
        if candidate.is_match {
            rows.push(candidate.row);
        }
        if rows.len() == limit {
            is_full = left.peek().is_some();
            break;
        }
    }
    let next = looked_at.filter(|_| is_full || floor.is_some());
    OperationPage { rows, next }
}

//! Finding operations: the noted ones and the runs, merged by time.

use std::cmp::Reverse;

use syncline_domain::{ConnectionName, EnvironmentId, FunctionName, IntegrationKey, OperationId, OperationState, Timestamp};

use super::{OperationRow, Operations, row};
use crate::Error;
use crate::database::{Sql, Value, values};

/// Looked at for one page of a search in texts. A text that nothing holds would otherwise be looked for in everything that is kept, for as long
/// as it takes; so the search stops here, and the page's cursor goes on.
const SEARCHED: u32 = 2_000;

/// Looked at for one page that is narrowed by what no index knows, for the same reason. These rows are compared by themselves; a text is looked
/// for in each row's messages.
const NARROWED: u32 = 20_000;

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

/// How much was at stake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Warnings and errors: what was cancelled or interrupted, too.
    Warn,
    /// Errors: what failed, or was lost.
    Error,
}

/// A page of one of the tables; but for the bounds, every parameter may be absent.
macro_rules! texts {
    ($columns:literal, $table:literal, $kind:literal, $action:literal, $summary:literal, $messages:literal, $of:literal, $strpos:literal,
     $narrow:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $table,
            " o WHERE environment = $1 AND id >= $2 AND id < $3 AND ($4 IS NULL OR ",
            $kind,
            " = $4) AND ($5 IS NULL OR ",
            $action,
            " = $5) AND ($6 IS NULL OR state = $6) AND ($7 IS NULL OR integration_key = $7) AND ($8 IS NULL OR function_name = $8)
                 AND ($9 IS NULL OR connection_name = $9)
                 AND (($10 IS NULL OR ",
            $strpos,
            "(LOWER(",
            $summary,
            "), LOWER($10)) > 0)
                          AND ($12 IS NULL OR state IN ('failed', 'lost') OR ($12 = 'warn' AND state IN ('cancelled', 'interrupted')))
                      OR ($10 IS NOT NULL OR $12 IS NOT NULL) AND EXISTS (SELECT 1 FROM ",
            $messages,
            " m WHERE m.",
            $of,
            " = o.id AND ($10 IS NULL OR ",
            $strpos,
            "(LOWER(m.message), LOWER($10)) > 0) AND ($12 IS NULL OR m.level = 'error' OR m.level = $12)))",
            $narrow,
            " ORDER BY id DESC LIMIT $11"
        )
    };
}

macro_rules! noted {
    ($narrow:literal, $strpos:literal) => {
        texts!(
            "id, type, action, state, integration_key, connection_name, function_name, actor, summary, detail, started_at, finished_at",
            "operations",
            "type",
            "action",
            "summary",
            "operation_messages",
            "operation",
            $strpos,
            $narrow
        )
    };
}

macro_rules! runs {
    ($narrow:literal, $strpos:literal) => {
        texts!(
            "id, kind, trigger_kind, state, integration_key, connection_name, function_name, variant, attempt, error, started_at, finished_at",
            "runs",
            "kind",
            "'run'",
            "function_name",
            "run_logs",
            "run",
            $strpos,
            $narrow
        )
    };
}

/// Both kinds of rows, under a condition that an index knows.
struct Texts {
    noted: Sql,
    runs: Sql,
    /// The last of so many rows of each table; `$5` is the connection.
    noted_floor: &'static str,
    runs_floor: &'static str,
}

/// The last of so many rows of a table.
macro_rules! floor {
    ($table:literal, $narrow:literal) => {
        concat!(
            "SELECT id FROM ",
            $table,
            " WHERE environment = $1 AND id >= $2 AND id < $3",
            $narrow,
            " ORDER BY id DESC LIMIT 1 OFFSET $4"
        )
    };
}

macro_rules! both {
    ($narrow:literal, $floor:literal) => {
        Texts {
            // Differs because the function that finds a text in a text has two names.
            noted: Sql::differs(noted!($narrow, "INSTR"), noted!($narrow, "STRPOS")),
            runs: Sql::differs(runs!($narrow, "INSTR"), runs!($narrow, "STRPOS")),
            noted_floor: floor!("operations", $floor),
            runs_floor: floor!("runs", $floor),
        }
    };
}

// The same question in three texts: a planner sees which index answers it only where the text says so.
const ANY: Texts = both!("", "");
const OF_CONNECTION: Texts = both!(" AND connection_name = $9", " AND connection_name = $5");
const FAILED: Texts = both!(" AND state = 'failed'", " AND state = 'failed'");

impl Operations<'_> {
    /// Newest first.
    pub async fn list(&self, filter: OperationFilter) -> Result<OperationPage, Error> {
        self.list_from(None, filter).await
    }

    /// Only what ended like that, or has a message that says so.
    pub async fn list_from(&self, severity: Option<Severity>, filter: OperationFilter) -> Result<OperationPage, Error> {
        let texts = match &filter {
            _ if filter.connection.is_some() => &OF_CONNECTION,
            _ if filter.state == Some(OperationState::Failed) => &FAILED,
            _ => &ANY,
        };
        // Runs know their function's kind.
        let kind = match filter.kind.as_deref() {
            Some("events") => Some("event"),
            other => other,
        };
        let has_runs = kind.is_none_or(|kind| matches!(kind, "sync" | "action" | "event"));
        let bounds = bounds(&filter);
        let mut floor = None;
        if let Some(window) = window(severity, &filter) {
            let noted = self.floor(texts.noted_floor, &filter, &bounds, window).await?;
            let runs = if has_runs { self.floor(texts.runs_floor, &filter, &bounds, window).await? } else { None };
            // Below the higher one, others of that table could come first.
            floor = noted.max(runs);
        }
        let from = floor.map_or_else(|| bounds.0.clone(), |floor| floor.to_string());
        let bounds = (from, bounds.1);
        let values = |kind| parameters(&filter, kind, severity, &bounds);
        let noted = self.0.database().rows(texts.noted, values(filter.kind.as_deref())).await?;
        let mut rows = noted.iter().map(row::noted).collect::<Result<Vec<_>, _>>()?;
        if has_runs {
            let runs = self.0.database().rows(texts.runs, values(kind)).await?;
            for found in &runs {
                rows.push(row::run(found, self.0)?);
            }
        }
        rows.sort_by_key(|row| Reverse(row.id));
        let is_full = rows.len() > filter.limit as usize;
        rows.truncate(filter.limit as usize);
        let next = if is_full { rows.last().map(|row| row.id) } else { floor };
        Ok(OperationPage { rows, next })
    }

    async fn floor(&self, sql: &'static str, filter: &OperationFilter, bounds: &Bounds, window: u32) -> Result<Option<OperationId>, Error> {
        let mut values = values![filter.environment, bounds.0.clone(), bounds.1.clone(), i64::from(window) - 1];
        if let Some(connection) = &filter.connection {
            values.push(connection.as_str().into());
        }
        let row = self.0.database().row(sql, values).await?;
        row.map(|row| row.parse("operations", "id", |text| text.parse().ok())).transpose()
    }
}

/// How many rows of a table may be looked at; all, where an index finds the page.
fn window(severity: Option<Severity>, filter: &OperationFilter) -> Option<u32> {
    let by_state = filter.state.is_some_and(|state| state != OperationState::Failed || filter.connection.is_some());
    let by_column = filter.kind.is_some() || filter.action.is_some() || filter.integration.is_some() || filter.function.is_some();
    let window = if filter.text.is_some() || severity.is_some() { SEARCHED } else { NARROWED };
    (window == SEARCHED || by_state || by_column).then_some(window.max(filter.limit))
}

/// The ids between which operations began. They begin with their time. No id is below the empty text, and none above `g`.
type Bounds = (String, String);

fn bounds(filter: &OperationFilter) -> Bounds {
    let bound = |time: Timestamp| OperationId::new(time, [0; 10]).to_string();
    let until = [filter.until.map(bound), filter.before.map(|id| id.to_string())].into_iter().flatten().min();
    (filter.since.map(bound).unwrap_or_default(), until.unwrap_or_else(|| "g".to_owned()))
}

fn parameters(filter: &OperationFilter, kind: Option<&str>, severity: Option<Severity>, bounds: &Bounds) -> Vec<Value> {
    let severity = severity.map(|severity| match severity {
        Severity::Warn => "warn",
        Severity::Error => "error",
    });
    values![
        filter.environment,
        bounds.0.clone(),
        bounds.1.clone(),
        kind,
        filter.action.as_deref(),
        filter.state.map(OperationState::as_str),
        filter.integration.as_ref().map(IntegrationKey::as_str),
        filter.function.as_ref().map(FunctionName::as_str),
        filter.connection.as_ref().map(ConnectionName::as_str),
        filter.text.as_deref(),
        // One more tells whether a page follows.
        i64::from(filter.limit) + 1,
        severity
    ]
}

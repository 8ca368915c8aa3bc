//! Runs that have not begun, as people look at them: first those in line, in its order, then those that a limit holds back, then those whose time
//! has not come.

use std::fmt;
use std::str::FromStr;

use syncline_domain::{ConnectionName, EnvironmentId, FunctionName, IntegrationKey, JobId, JobKind, Timestamp, Variant};

use super::{Jobs, rank};
use crate::Error;
use crate::database::{Row, values};

/// Looked at for one page that is narrowed: what is rare is looked for a part at a time.
const LOOKED_AT: usize = 1_000;

/// Which of them; what is empty does not matter.
#[derive(Clone, Debug)]
pub struct WaitingSearch {
    /// Where.
    pub environment: EnvironmentId,
    /// Of functions of this name.
    pub function: Option<FunctionName>,
    /// On connections of this name.
    pub connection: Option<ConnectionName>,
    /// Of this integration.
    pub integration: Option<IntegrationKey>,
    /// Behind this one.
    pub after: Option<WaitingCursor>,
    /// At most so many.
    pub limit: u32,
}

/// A run that has not begun.
#[derive(Clone, Debug)]
pub struct WaitingRun {
    /// Its job.
    pub job: JobId,
    /// What that does.
    pub kind: JobKind,
    /// Why it waits.
    pub why: Wait,
    /// Tries that it has had.
    pub attempt: u32,
    /// When it could begin, or could have begun.
    pub scheduled_at: Timestamp,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Of what; `None` where that was deleted.
    pub function: Option<FunctionName>,
    /// Of which integration.
    pub integration: Option<IntegrationKey>,
    /// On what.
    pub connection: Option<ConnectionName>,
    /// Which partition.
    pub variant: Option<Variant>,
}

/// Why a run has not begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait {
    /// It is due, and a worker takes it when it is first.
    InLine,
    /// As many run on its connection as may.
    ConnectionLimit,
    /// As many run of its function as may.
    FunctionLimit,
    /// Its time has not come.
    Later,
}

/// A page of them.
#[derive(Clone, Debug)]
pub struct WaitingPage {
    /// As they would begin.
    pub rows: Vec<WaitingRun>,
    /// The `after` of the page that follows; there may be one though this page is not full.
    pub next: Option<WaitingCursor>,
}

/// A place among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WaitingCursor {
    part: usize,
    key: i64,
    job: i64,
}

macro_rules! part {
    ($key:literal, $where:literal) => {
        concat!(
            "SELECT j.id, j.kind, j.held, j.attempt, j.scheduled_at, j.created_at, ",
            $key,
            " AS place,
                 (SELECT name FROM functions WHERE id = j.function) AS function_name,
                 (SELECT k.key FROM functions f JOIN integrations k ON k.id = f.integration WHERE f.id = j.function) AS integration_key,
                 (SELECT name FROM connections WHERE id = j.connection) AS connection_name,
                 (SELECT variant FROM syncs WHERE id = j.sync) AS variant
             FROM jobs j WHERE ",
            $where,
            " AND j.lane = $1 AND (",
            $key,
            ", j.id) > ($2, $3) ORDER BY ",
            $key,
            ", j.id LIMIT $4"
        )
    };
}

// Each has an index of its own, which a planner sees by the words.
const PARTS: [&str; 3] = [
    part!("j.rank", "j.state = 'available' AND j.rank IS NOT NULL"),
    part!("j.scheduled_at", "j.held IS NOT NULL"),
    part!("j.scheduled_at", "j.state = 'available' AND j.rank IS NULL AND j.held IS NULL"),
];

impl Jobs<'_> {
    /// A page, found by indexes.
    pub async fn waiting(&self, search: WaitingSearch) -> Result<WaitingPage, Error> {
        // One more tells whether a page follows.
        let wanted = search.limit as usize + 1;
        let is_narrowed = search.function.is_some() || search.connection.is_some() || search.integration.is_some();
        let most = if is_narrowed { LOOKED_AT.max(wanted) } else { wanted };
        let lane = rank::lane(search.environment, JobKind::RunSync);
        let mut last = search.after;
        let (mut found, mut looked) = (Vec::new(), 0);
        for (part, sql) in PARTS.into_iter().enumerate().skip(search.after.map_or(0, |after| after.part)) {
            let (key, id) = last.filter(|last| last.part == part).map_or((i64::MIN, i64::MIN), |last| (last.key, last.job));
            let rows = self.0.database().rows(sql, values![lane, key, id, (most - looked) as i64]).await?;
            for row in &rows {
                let run = waiting(row, part)?;
                let cursor = WaitingCursor { part, key: row.get("place")?, job: run.job.0 };
                looked += 1;
                last = Some(cursor);
                let fits = search.function.as_ref().is_none_or(|name| run.function.as_ref() == Some(name))
                    && search.connection.as_ref().is_none_or(|name| run.connection.as_ref() == Some(name))
                    && search.integration.as_ref().is_none_or(|key| run.integration.as_ref() == Some(key));
                if fits {
                    found.push((run, cursor));
                }
            }
            if looked >= most || found.len() >= wanted {
                break;
            }
        }
        if found.len() >= wanted {
            found.truncate(search.limit as usize);
            last = found.last().map(|(_, cursor)| *cursor);
        } else if looked < most {
            last = None;
        }
        Ok(WaitingPage { rows: found.into_iter().map(|(run, _)| run).collect(), next: last })
    }
}

fn waiting(row: &Row, part: usize) -> Result<WaitingRun, Error> {
    let held: Option<String> = row.get("held")?;
    let why = match (part, held.as_deref()) {
        (0, _) => Wait::InLine,
        (1, Some(held)) if held.starts_with("connection:") => Wait::ConnectionLimit,
        (1, _) => Wait::FunctionLimit,
        _ => Wait::Later,
    };
    Ok(WaitingRun {
        job: JobId(row.get("id")?),
        kind: row.parse("jobs", "kind", JobKind::parse)?,
        why,
        attempt: row.get::<i64>("attempt")? as u32,
        scheduled_at: row.time("scheduled_at")?,
        created_at: row.time("created_at")?,
        function: row.parse_optional("functions", "function_name", |text| FunctionName::new(text).ok())?,
        integration: row.parse_optional("integrations", "integration_key", |text| IntegrationKey::new(text).ok())?,
        connection: row.parse_optional("connections", "connection_name", |text| ConnectionName::new(text).ok())?,
        variant: row.parse_optional("syncs", "variant", |text| Variant::new(text).ok())?,
    })
}

impl fmt::Display for WaitingCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.part, self.key, self.job)
    }
}

/// What is no cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("this is no place among the runs that wait")]
pub struct NoWaitingCursor;

impl FromStr for WaitingCursor {
    type Err = NoWaitingCursor;

    fn from_str(text: &str) -> Result<Self, NoWaitingCursor> {
        let mut numbers = text.split('.').map(str::parse::<i64>);
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(part @ 0..3)), Some(Ok(key)), Some(Ok(job)), None) => Ok(Self { part: part as usize, key, job }),
            _ => Err(NoWaitingCursor),
        }
    }
}

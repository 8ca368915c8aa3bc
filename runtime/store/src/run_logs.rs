//! What runs said.

use syncline_domain::{RunId, Timestamp};

use crate::database::{Row, Sql, Transaction, values};
use crate::{Error, Store};

/// The runs' logs.
pub struct RunLogs<'s>(pub(crate) &'s Store);

/// What a line is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineKind {
    /// What the function said.
    Log,
    /// A request and its answer.
    Http,
    /// Records saved or deleted.
    Save,
    /// A checkpoint saved or cleared.
    Checkpoint,
}

/// A line to keep.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// What it is about.
    pub kind: LineKind,
    /// When.
    pub at: Timestamp,
    /// `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// For people.
    pub message: String,
    /// A JSON object.
    pub fields: Option<String>,
}

/// A line that was kept.
#[derive(Clone, Debug)]
pub struct LogRow {
    /// From 1, without gaps.
    pub seq: i64,
    /// The line.
    pub line: LogLine,
}

impl LineKind {
    const ALL: [Self; 4] = [Self::Log, Self::Http, Self::Save, Self::Checkpoint];

    /// As in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Http => "http",
            Self::Save => "save",
            Self::Checkpoint => "checkpoint",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

macro_rules! sqlite {
    ($before:literal, $condition:literal) => {
        concat!(
            "INSERT INTO run_logs (run, seq, at, level, message, fields, type)
             SELECT $1, ",
            $before,
            " + 1 + line.key, line.value ->> 0, line.value ->> 1, line.value ->> 2, line.value ->> 3, line.value ->> 4
             FROM json_each($2) line",
            $condition
        )
    };
}

macro_rules! postgres {
    ($with:literal, $before:literal, $from:literal) => {
        concat!(
            $with,
            "INSERT INTO run_logs (run, seq, at, level, message, fields, type)
             SELECT $1, ",
            $before,
            " + line.position, (line.value ->> 0)::BIGINT, line.value ->> 1, line.value ->> 2, line.value ->> 3, line.value ->> 4
             FROM ",
            $from,
            "json_array_elements($2::JSON) WITH ORDINALITY line (value, position)"
        )
    };
}

/// All that a run says. Null characters were replaced: PostgreSQL cannot keep them.
// Differs because each database has its own way with lists.
const WHOLE: Sql = Sql::differs(sqlite!("0", ""), postgres!("", "0", ""));

/// What a run says next, as long as it is under way; found by its id ([`crate::runs`]).
// And because in PostgreSQL a rescuer could end the run between this look and the commit.
const NEXT: Sql = Sql::differs(
    sqlite!(
        "(SELECT COALESCE(MAX(seq), 0) FROM run_logs WHERE run = $1)",
        " WHERE EXISTS (SELECT 1 FROM runs WHERE id = $1 AND (state = 'running') IS TRUE)"
    ),
    postgres!(
        "WITH under_way AS MATERIALIZED (SELECT id FROM runs WHERE id = $1 AND (state = 'running') IS TRUE FOR SHARE) ",
        "(SELECT COALESCE(MAX(seq), 0) FROM run_logs WHERE run = $1)",
        "under_way, "
    ),
);

/// Lines as one parameter.
pub(crate) fn json(lines: &[LogLine]) -> String {
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    let line = |line: &LogLine| {
        let kind = line.kind.as_str();
        (line.at.unix_micros(), line.level.clone(), clean(&line.message), line.fields.as_deref().map(clean), kind)
    };
    let lines: Vec<_> = lines.iter().map(line).collect();
    serde_json::to_string(&lines).expect("plain values are JSON")
}

/// Inserts all that a run has said.
pub(crate) async fn insert_in(transaction: &mut Transaction, run: RunId, lines: String) -> Result<(), Error> {
    transaction.execute(WHOLE, values![run, lines]).await.map(drop)
}

impl RunLogs<'_> {
    /// Appends lines to a run that is under way. [`Error::Fenced`] when it is over: whoever took its job away has ended it, and what a worker
    /// says that has not noticed is not part of it any more. An attempt is a run of its own, so that the run stands for its fence.
    pub async fn append(&self, run: RunId, lines: Vec<LogLine>) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        let appended = self.0.database().execute(NEXT, values![run, json(&lines)]).await?;
        if appended == 0 { Err(Error::Fenced) } else { Ok(()) }
    }

    /// Lines after `after` (0 for all), in order.
    pub async fn list(&self, run: RunId, after: i64, limit: u32) -> Result<Vec<LogRow>, Error> {
        let sql = "SELECT seq, at, type, level, message, fields FROM run_logs WHERE run = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        self.0.database().rows(sql, values![run, after, i64::from(limit)]).await?.iter().map(line).collect()
    }

    /// The last lines before `before`, or of all, in order: the end of a log is where a failure is.
    pub async fn last(&self, run: RunId, before: Option<i64>, limit: u32) -> Result<Vec<LogRow>, Error> {
        let sql = "SELECT seq, at, type, level, message, fields FROM run_logs WHERE run = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
        let values = values![run, before.unwrap_or(i64::MAX), i64::from(limit)];
        self.0.database().rows(sql, values).await?.iter().rev().map(line).collect()
    }
}

fn line(row: &Row) -> Result<LogRow, Error> {
    let line = LogLine {
        kind: row.parse("run_logs", "type", LineKind::parse)?,
        at: row.time("at")?,
        level: row.get("level")?,
        message: row.get("message")?,
        fields: row.get("fields")?,
    };
    Ok(LogRow { seq: row.get("seq")?, line })
}

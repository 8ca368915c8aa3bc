//! What there is to say of an operation.

use syncline_domain::{OperationId, Timestamp};

use super::Operations;
use crate::Error;
use crate::database::values;

/// A line to keep.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// When.
    pub at: Timestamp,
    /// `log`, or `http` for a request and its answer.
    pub kind: &'static str,
    /// `debug`, `info`, `warn` or `error`.
    pub level: &'static str,
    /// For people.
    pub message: String,
    /// A JSON object with any of `request`, `response`, `error` and `meta`.
    pub detail: Option<String>,
}

/// A line that was kept.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// Grows within an operation.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// `log` or `http`.
    pub kind: String,
    /// `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// For people.
    pub message: String,
    /// A JSON object.
    pub detail: Option<String>,
}

impl Operations<'_> {
    /// The messages of an operation that is no run, after `after` (0 for all), in order.
    pub async fn messages(&self, operation: OperationId, after: i64, limit: u32) -> Result<Vec<MessageRow>, Error> {
        let sql =
            "SELECT seq, at, type, level, message, detail FROM operation_messages WHERE operation = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let rows = self.0.database().rows(sql, values![operation, after, i64::from(limit)]).await?;
        rows.iter()
            .map(|row| {
                Ok(MessageRow {
                    seq: row.get("seq")?,
                    at: row.time("at")?,
                    kind: row.get("type")?,
                    level: row.get("level")?,
                    message: row.get("message")?,
                    detail: row.get("detail")?,
                })
            })
            .collect()
    }
}

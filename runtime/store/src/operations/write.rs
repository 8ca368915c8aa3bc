//! Writes many operations with two statements.

use std::collections::HashMap;

use syncline_domain::{ConnectionName, FunctionName, IntegrationKey, OperationId};

use super::NewOperation;
use crate::Error;
use crate::database::{Database, Sql, values};

/// Longer texts are cut: an operation is a note, and what it is about has a place of its own.
const MAX_TEXT_BYTES: usize = 8 * 1024;

// Differs because each database has its own way with lists. What ended is not begun again by a note that was late, nor
// does an earlier end take the place of a later one: the notes of two nodes come in any order.
const UPSERT: Sql = Sql::differs(
    "INSERT INTO operations (id, environment, type, action, state, integration_key, connection_name, function_name, actor, summary, detail,
                             started_at, finished_at)
     SELECT o.value ->> 0, o.value ->> 1, o.value ->> 2, o.value ->> 3, o.value ->> 4, o.value ->> 5, o.value ->> 6, o.value ->> 7,
            o.value ->> 8, o.value ->> 9, o.value ->> 10, o.value ->> 11, o.value ->> 12
     FROM json_each($1) o WHERE TRUE
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, summary = excluded.summary, detail = excluded.detail,
                                    finished_at = excluded.finished_at
     WHERE operations.finished_at IS NULL OR excluded.finished_at >= operations.finished_at",
    "INSERT INTO operations (id, environment, type, action, state, integration_key, connection_name, function_name, actor, summary, detail,
                             started_at, finished_at)
     SELECT o ->> 0, (o ->> 1)::BIGINT, o ->> 2, o ->> 3, o ->> 4, o ->> 5, o ->> 6, o ->> 7, o ->> 8, o ->> 9, o ->> 10,
            (o ->> 11)::BIGINT, (o ->> 12)::BIGINT
     FROM json_array_elements($1::JSON) o
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, summary = excluded.summary, detail = excluded.detail,
                                    finished_at = excluded.finished_at
     WHERE operations.finished_at IS NULL OR excluded.finished_at >= operations.finished_at",
);

// Differs likewise. A message that is there already was written by a try whose answer was lost.
const APPEND: Sql = Sql::differs(
    "INSERT INTO operation_messages (operation, seq, at, type, level, message, detail)
     SELECT m.value ->> 0, m.value ->> 1, m.value ->> 2, m.value ->> 3, m.value ->> 4, m.value ->> 5, m.value ->> 6
     FROM json_each($1) m WHERE TRUE ON CONFLICT DO NOTHING",
    "INSERT INTO operation_messages (operation, seq, at, type, level, message, detail)
     SELECT m ->> 0, (m ->> 1)::BIGINT, (m ->> 2)::BIGINT, m ->> 3, m ->> 4, m ->> 5, m ->> 6
     FROM json_array_elements($1::JSON) m ON CONFLICT DO NOTHING",
);

/// Writes them all, or nothing.
pub(super) async fn write(database: &Database, operations: &[NewOperation]) -> Result<(), Error> {
    // The last word on each: a statement cannot write a row twice.
    let last: HashMap<OperationId, usize> = operations.iter().enumerate().map(|(at, operation)| (operation.id, at)).collect();
    let rows: Vec<_> =
        operations.iter().enumerate().filter(|(at, operation)| last[&operation.id] == *at).map(|(_, operation)| row(operation)).collect();
    let mut messages = Vec::new();
    for operation in operations {
        for (at, message) in operation.messages.iter().enumerate() {
            // By its time, so that several nodes can write of one operation without asking each other.
            let seq = message.at.unix_micros() + at as i64;
            let text = (clean(&message.message), message.detail.as_deref().map(clean));
            messages.push((operation.id.to_string(), seq, message.at.unix_micros(), message.kind, message.level, text.0, text.1));
        }
    }
    let json = |value: serde_json::Result<String>| value.expect("plain values are JSON");
    let rows = json(serde_json::to_string(&rows));
    let messages = (!messages.is_empty()).then(|| json(serde_json::to_string(&messages)));
    database
        .write(move |transaction| {
            Box::pin(async move {
                transaction.execute(UPSERT, values![rows]).await?;
                if let Some(messages) = messages {
                    transaction.execute(APPEND, values![messages]).await?;
                }
                Ok(())
            })
        })
        .await
}

fn row(operation: &NewOperation) -> [serde_json::Value; 13] {
    let (kind, action) = operation.kind.names();
    [
        operation.id.to_string().into(),
        operation.environment.0.into(),
        kind.into(),
        action.into(),
        operation.state.as_str().into(),
        operation.integration.as_ref().map(IntegrationKey::as_str).into(),
        operation.connection.as_ref().map(ConnectionName::as_str).into(),
        operation.function.as_ref().map(FunctionName::as_str).into(),
        operation.actor.as_deref().map(clean).into(),
        clean(&operation.summary).into(),
        // Half of a JSON document is none.
        operation.detail.as_deref().filter(|text| text.len() <= MAX_TEXT_BYTES).map(clean).into(),
        operation.started_at.unix_micros().into(),
        operation.finished_at.map(syncline_domain::Timestamp::unix_micros).into(),
    ]
}

/// PostgreSQL has no texts with U+0000.
fn clean(text: &str) -> String {
    let end = text.floor_char_boundary(MAX_TEXT_BYTES);
    text[..end].replace('\0', "\u{fffd}")
}

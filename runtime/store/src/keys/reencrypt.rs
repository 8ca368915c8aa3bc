//! Moves every ciphertext to the current data key, in steps that do not hold up other writers.

use syncline_domain::ConnectionRowId;

use super::DataKeys;
use crate::Error;
use crate::crypto::{Cipher, Place};
use crate::database::{Row, Transaction, values};
use crate::records;

/// A column of ciphertexts whose row is known by one column.
struct Column {
    table: &'static str,
    name: &'static str,
    select: &'static str,
    update: &'static str,
    /// Ids are numbers unless they are text.
    is_text: bool,
}

macro_rules! column {
    ($table:literal, $column:literal, $id:literal, $is_text:literal) => {
        Column {
            table: $table,
            name: $column,
            select: concat!(
                "SELECT ",
                $id,
                " AS id, ",
                $column,
                " AS sealed FROM ",
                $table,
                " WHERE ",
                $id,
                " > $1 AND ",
                $column,
                " IS NOT NULL AND SUBSTR(",
                $column,
                ", 2, 4) <> $2 ORDER BY ",
                $id,
                " LIMIT $3"
            ),
            update: concat!("UPDATE ", $table, " SET ", $column, " = $2 WHERE ", $id, " = $1 AND ", $column, " = $3"),
            is_text: $is_text,
        }
    };
}

/// All but records, and what ends by itself within hours: flows, their results, and the console's sessions.
const COLUMNS: [Column; 16] = [
    column!("connections", "credentials", "id", false),
    column!("integrations", "credentials", "id", false),
    column!("variables", "value", "id", false),
    column!("webhook_settings", "signing_key", "environment", false),
    column!("webhook_settings", "previous_key", "environment", false),
    column!("connect_sessions", "settings", "id", false),
    column!("webhook_deliveries", "body", "id", false),
    column!("webhook_deliveries", "headers", "id", false),
    column!("webhook_attempts", "answer", "id", false),
    column!("incoming_webhooks", "head", "id", true),
    column!("incoming_webhooks", "body", "id", true),
    column!("async_actions", "input", "id", true),
    column!("idempotency_keys", "answer", "id", false),
    column!("runs", "input", "id", true),
    column!("runs", "output", "id", true),
    column!("runs", "error", "id", true),
];

/// How far it is. A new one begins at the start, which costs a look at what is done already and no more.
#[derive(Clone, Debug, Default)]
pub struct Reencryption {
    /// Index into [`COLUMNS`]; behind them come the records.
    at: usize,
    number: i64,
    text: String,
    /// Re-encrypted so far.
    pub moved: u64,
    /// Rows that no key opens. They stay as they are.
    pub broken: u64,
}

impl DataKeys<'_> {
    /// Moves up to `limit` ciphertexts; `false` when none is left.
    pub async fn reencrypt_step(&self, progress: &mut Reencryption, limit: u32) -> Result<bool, Error> {
        let (cipher, state) = (self.0.cipher().clone(), progress.clone());
        let next = self
            .0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    match COLUMNS.get(state.at) {
                        Some(column) => column_step(transaction, &cipher, column, state, limit).await.map(Some),
                        None => records_step(transaction, &cipher, state, limit).await,
                    }
                })
            })
            .await?;
        Ok(next.is_some_and(|next| {
            *progress = next;
            true
        }))
    }
}

async fn column_step(
    transaction: &mut Transaction,
    cipher: &Cipher,
    of: &'static Column,
    mut state: Reencryption,
    limit: u32,
) -> Result<Reencryption, Error> {
    let Column { table, name: column, select, update, is_text } = *of;
    let key = cipher.current().to_be_bytes().to_vec();
    let limit = i64::from(limit);
    let values = if is_text { values![state.text.as_str(), key, limit] } else { values![state.number, key, limit] };
    let rows = transaction.rows(select, values).await?;
    for row in &rows {
        let sealed: Vec<u8> = row.get("sealed")?;
        if is_text {
            state.text = row.get("id")?;
            let place = Place { table, column, row: &state.text };
            if let Some(again) = reseal(cipher, place, &sealed, &mut state.broken) {
                state.moved += transaction.execute(update, values![state.text.as_str(), again, sealed]).await?;
            }
        } else {
            state.number = row.get("id")?;
            let place = Place { table, column, row: &state.number };
            if let Some(again) = reseal(cipher, place, &sealed, &mut state.broken) {
                state.moved += transaction.execute(update, values![state.number, again, sealed]).await?;
            }
        }
    }
    if rows.is_empty() {
        state = Reencryption { at: state.at + 1, number: 0, text: String::new(), ..state };
    }
    Ok(state)
}

/// Collection by collection; `None` behind the last one.
async fn records_step(
    transaction: &mut Transaction,
    cipher: &Cipher,
    mut state: Reencryption,
    limit: u32,
) -> Result<Option<Reencryption>, Error> {
    let collection = "SELECT id, connection FROM collections WHERE id >= $1 ORDER BY id LIMIT 1";
    let Some(row) = transaction.row(collection, values![state.number]).await? else { return Ok(None) };
    let (id, connection): (i64, i64) = (row.get("id")?, row.get("connection")?);
    if id != state.number {
        state = Reencryption { number: id, text: String::new(), ..state };
    }
    let sql = "SELECT external_id, payload FROM records WHERE connection = $1 AND collection = $2 AND external_id > $3
                   AND payload IS NOT NULL AND SUBSTR(payload, 2, 4) <> $4 ORDER BY external_id LIMIT $5";
    let key = cipher.current().to_be_bytes().to_vec();
    let rows: Vec<Row> = transaction.rows(sql, values![connection, id, state.text.as_str(), key, i64::from(limit)]).await?;
    for row in &rows {
        let sealed: Vec<u8> = row.get("payload")?;
        state.text = row.get("external_id")?;
        let identity = records::identity(ConnectionRowId(connection), id, &state.text);
        let place = Place { table: "records", column: "payload", row: &identity };
        if let Some(again) = reseal(cipher, place, &sealed, &mut state.broken) {
            let update = "UPDATE records SET payload = $4 WHERE connection = $1 AND collection = $2 AND external_id = $3 AND payload = $5";
            state.moved += transaction.execute(update, values![connection, id, state.text.as_str(), again, sealed]).await?;
        }
    }
    if rows.is_empty() {
        state = Reencryption { number: id + 1, text: String::new(), ..state };
    }
    Ok(Some(state))
}

/// A ciphertext that no key opens is left to whoever reads it: that row fails, and names itself.
fn reseal(cipher: &Cipher, place: Place<'_>, sealed: &[u8], broken: &mut u64) -> Option<Vec<u8>> {
    match cipher.open(place, sealed.to_vec()) {
        Ok(text) => Some(cipher.seal(place, &zeroize::Zeroizing::new(text))),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a ciphertext cannot be opened and stays under its old key");
            *broken += 1;
            None
        }
    }
}

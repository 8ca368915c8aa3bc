//! What a browser that waits for the end of an authorization is told, kept for one that comes back or waits on another node.

use syncline_domain::Timestamp;

use crate::crypto::Place;
use crate::database::{Sql, values};
use crate::{Error, Store};

/// The results.
pub struct FlowResults<'s>(pub(crate) &'s Store);

// Differs because each database has its own way with lists.
const LOOKUP: Sql = Sql::differs(
    "SELECT client, message FROM flow_results WHERE client IN (SELECT value FROM json_each($1)) AND expires_at > $2",
    "SELECT client, message FROM flow_results WHERE client = ANY ($1) AND expires_at > $2",
);

impl FlowResults<'_> {
    /// Keeps a client's message, a JSON object, in place of an earlier one. Encrypted.
    pub async fn put(&self, client: &str, message: &str, expires_at: Timestamp) -> Result<(), Error> {
        let sealed = self.0.cipher().seal(place(&client), message.as_bytes());
        let sql = "INSERT INTO flow_results (client, message, expires_at) VALUES ($1, $2, $3)
                   ON CONFLICT (client) DO UPDATE SET message = excluded.message, expires_at = excluded.expires_at";
        let values = values![client, sealed, expires_at];
        self.0.database().execute(sql, values).await.map(drop)
    }

    /// The messages of those clients that have one: client, message.
    pub async fn lookup(&self, clients: &[String], now: Timestamp) -> Result<Vec<(String, String)>, Error> {
        if clients.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.0.database().rows(LOOKUP, values![clients.to_vec(), now]).await?;
        rows.iter()
            .map(|row| {
                let client: String = row.get("client")?;
                let message = self.0.cipher().open_text(place(&client.as_str()), row.get("message")?)?;
                Ok((client, message))
            })
            .collect()
    }

    /// Forgets a client's message; `false` when it has none.
    pub async fn delete(&self, client: &str) -> Result<bool, Error> {
        let values = values![client];
        let sql = "DELETE FROM flow_results WHERE client = $1";
        Ok(self.0.database().execute(sql, values).await? > 0)
    }
}

/// A client's name is random and never used twice.
fn place<'a>(client: &'a &str) -> Place<'a> {
    Place { table: "flow_results", column: "message", row: client }
}

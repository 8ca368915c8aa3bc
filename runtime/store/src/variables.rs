//! Environments' variables, encrypted.

use syncline_domain::{EnvironmentId, Secret, Timestamp};

use crate::crypto::Place;
use crate::database::values;
use crate::{Error, Store};

/// The variables.
pub struct Variables<'s>(pub(crate) &'s Store);

impl Variables<'_> {
    /// An environment's variables by name.
    pub async fn list(&self, environment: EnvironmentId) -> Result<Vec<(String, Secret)>, Error> {
        let sql = "SELECT id, name, value FROM variables WHERE environment = $1 ORDER BY name";
        let rows = self.0.database().rows(sql, values![environment]).await?;
        rows.iter()
            .map(|row| Ok((row.get("name")?, Secret::new(self.0.cipher().open_text(place(&row.get::<i64>("id")?), row.get("value")?)?))))
            .collect()
    }

    /// The names of an environment's variables, and when each was set last.
    pub async fn names(&self, environment: EnvironmentId) -> Result<Vec<(String, Timestamp)>, Error> {
        let sql = "SELECT name, updated_at FROM variables WHERE environment = $1 ORDER BY name";
        let rows = self.0.database().rows(sql, values![environment]).await?;
        rows.iter().map(|row| Ok((row.get("name")?, row.time("updated_at")?))).collect()
    }

    /// Sets one, new or not.
    pub async fn set(&self, environment: EnvironmentId, name: &str, value: Secret, now: Timestamp) -> Result<(), Error> {
        let (name, cipher) = (name.to_owned(), self.0.cipher().clone());
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    // The ciphertext is bound to the row's id, which only the insert knows.
                    let insert = "INSERT INTO variables (environment, name, value, updated_at) VALUES ($1, $2, $3, $4)
                                  ON CONFLICT (environment, name) DO UPDATE SET updated_at = excluded.updated_at RETURNING id";
                    let row = transaction
                        .row(insert, values![environment, name, Vec::<u8>::new(), now])
                        .await?
                        .expect("an insert returns its row");
                    let id: i64 = row.get("id")?;
                    let sealed = cipher.seal(place(&id), value.expose().as_bytes());
                    transaction.execute("UPDATE variables SET value = $1 WHERE id = $2", values![sealed, id]).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Removes one; `false` when there was none.
    pub async fn delete(&self, environment: EnvironmentId, name: &str) -> Result<bool, Error> {
        let values = values![environment, name];
        let sql = "DELETE FROM variables WHERE environment = $1 AND name = $2";
        Ok(self.0.database().execute(sql, values).await? > 0)
    }
}

fn place(id: &i64) -> Place<'_> {
    Place { table: "variables", column: "value", row: id }
}

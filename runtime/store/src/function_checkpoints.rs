//! What actions and event functions remember of a connection.

use syncline_domain::{Checkpoint, ConnectionRowId, FunctionId, Timestamp};

use crate::database::{Sql, Transaction, values};
use crate::{Error, Fence, Store};

/// Whose checkpoint: runs of one function on one connection share it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FunctionOnConnection {
    /// An action or an event function.
    pub function: FunctionId,
    /// The connection.
    pub connection: ConnectionRowId,
}

/// The checkpoints. A checkpoint goes with its function and with its connection.
///
/// Runs that come from the queue show their fence. An action in line has none, and several may run at one time: the last to save is the one
/// that is remembered.
pub struct FunctionCheckpoints<'s>(pub(crate) &'s Store);

impl FunctionCheckpoints<'_> {
    /// The checkpoint and how often it was saved.
    pub async fn lookup(&self, of: FunctionOnConnection) -> Result<Option<(Checkpoint, i64)>, Error> {
        let sql = "SELECT value, version FROM function_checkpoints WHERE function = $1 AND connection = $2";
        let row = self.0.database().row(sql, values![of.function, of.connection]).await?;
        row.map(|row| {
            let text: String = row.get("value")?;
            let place = format!("{}, {}", of.function.0, of.connection.0);
            let checkpoint = Checkpoint::parse(&text).map_err(|_| Error::inconsistency("function_checkpoints", "value", place))?;
            Ok((checkpoint, row.get("version")?))
        })
        .transpose()
    }

    /// Saves it. `false` when the function or the connection was deleted meanwhile: then there is nothing to remember.
    pub async fn save(
        &self,
        fence: Option<Fence>,
        of: FunctionOnConnection,
        checkpoint: &Checkpoint,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let text = checkpoint.as_str().to_owned();
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    // Before the job: whoever deletes a connection locks the two in this order.
                    let exists = lock(transaction, of).await?;
                    if let Some(fence) = fence {
                        fence.check(transaction).await?;
                    }
                    if !exists {
                        return Ok(false);
                    }
                    let sql =
                        "INSERT INTO function_checkpoints (function, connection, value, version, updated_at) VALUES ($1, $2, $3, 1, $4)
                               ON CONFLICT (function, connection) DO UPDATE SET value = excluded.value,
                                   version = function_checkpoints.version + 1, updated_at = excluded.updated_at";
                    transaction.execute(sql, values![of.function, of.connection, text, now]).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// Forgets it.
    pub async fn clear(&self, fence: Option<Fence>, of: FunctionOnConnection) -> Result<(), Error> {
        self.0
            .database()
            .write(move |transaction| {
                Box::pin(async move {
                    if let Some(fence) = fence {
                        fence.check(transaction).await?;
                    }
                    let sql = "DELETE FROM function_checkpoints WHERE function = $1 AND connection = $2";
                    transaction.execute(sql, values![of.function, of.connection]).await.map(drop)
                })
            })
            .await
    }
}

/// Whether both are there. The connection stays so until the transaction ends; the row of a function that is deleted at this moment is out of
/// reach, and goes with the connection.
async fn lock(transaction: &mut Transaction, of: FunctionOnConnection) -> Result<bool, Error> {
    // Differs because in PostgreSQL the connection could be deleted at the same moment.
    const CONNECTION: Sql = Sql::differs(
        "SELECT id FROM connections WHERE id = $1 AND deleted_at IS NULL",
        "SELECT id FROM connections WHERE id = $1 AND deleted_at IS NULL FOR SHARE",
    );
    let function = "SELECT id FROM functions WHERE id = $1 AND deleted_at IS NULL";
    Ok(transaction.row(CONNECTION, values![of.connection]).await?.is_some()
        && transaction.row(function, values![of.function]).await?.is_some())
}

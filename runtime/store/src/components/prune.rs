//! Components that nothing is made of any more.

use crate::Error;
use crate::database::{Database, Sql, Transaction, values};

macro_rules! unused {
    () => {
        "NOT EXISTS (SELECT 1 FROM functions f WHERE f.component = components.id AND f.deleted_at IS NULL)
             AND NOT EXISTS (SELECT 1 FROM deployment_functions d WHERE d.component = components.id)"
    };
}

macro_rules! candidates {
    ($lock:literal) => {
        concat!("SELECT id FROM components WHERE LENGTH(wasm) > 0 AND ", unused!(), " ORDER BY digest LIMIT $1", $lock)
    };
}

// Differs because in PostgreSQL somebody could be deploying one of them again. In the order in which deployments take them.
const CANDIDATES: Sql = Sql::differs(candidates!(""), candidates!(" FOR UPDATE"));

/// Looks again: whoever held the row before us may have put it to use.
const EMPTY: &str = concat!("UPDATE components SET wasm = $2, manifest = '[]' WHERE id = $1 AND ", unused!());

/// Forgets the code of up to `limit` components; returns of how many. A component that deleted functions were made of leaves its digest.
pub(crate) async fn prune(database: &Database, limit: u32) -> Result<u64, Error> {
    database.write(move |transaction| Box::pin(prune_in(transaction, limit))).await
}

async fn prune_in(transaction: &mut Transaction, limit: u32) -> Result<u64, Error> {
    let rows = transaction.rows(CANDIDATES, values![i64::from(limit)]).await?;
    let mut pruned = 0;
    for row in rows {
        let id: i64 = row.get("id")?;
        pruned += transaction.execute(EMPTY, values![id, Vec::<u8>::new()]).await?;
        let sql =
            "DELETE FROM components WHERE id = $1 AND LENGTH(wasm) = 0 AND NOT EXISTS (SELECT 1 FROM functions f WHERE f.component = $1)";
        transaction.execute(sql, values![id]).await?;
    }
    Ok(pruned)
}

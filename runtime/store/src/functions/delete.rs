//! The end of a function.

use syncline_domain::{EnvironmentId, FunctionDefinition, FunctionId, FunctionKind, IntegrationId, Timestamp};

use super::Functions;
use crate::database::{Row, Sql, Transaction, values};
use crate::jobs::{self, payload};
use crate::{Error, components, records, syncs};

// Differs because in PostgreSQL a deployment could change the same integration at once.
const LOCK: Sql = Sql::differs("SELECT id FROM integrations WHERE id = $1", "SELECT id FROM integrations WHERE id = $1 FOR NO KEY UPDATE");

impl Functions<'_> {
    /// Deletes a function with its syncs, their schedules, checkpoints and jobs, and the records of the models that no other sync of the
    /// integration saves. The records are out of sight at once and removed by a job. `false` when it is gone already.
    pub async fn delete(&self, id: FunctionId, now: Timestamp) -> Result<bool, Error> {
        let deleted = self.0.database().write(move |transaction| Box::pin(delete_with_records(transaction, id, now))).await?;
        self.0.wake();
        Ok(deleted)
    }
}

/// Deletes a function with its syncs; their records stay.
pub(crate) async fn delete_in(transaction: &mut Transaction, function: FunctionId, now: Timestamp) -> Result<(), Error> {
    syncs::remove_in(transaction, syncs::Of::Function(function), now).await?;
    jobs::cancel_event_in(transaction, function, now).await?;
    transaction.execute("DELETE FROM function_checkpoints WHERE function = $1", values![function]).await?;
    transaction.execute("UPDATE functions SET deleted_at = $2 WHERE id = $1", values![function, now]).await.map(drop)
}

async fn delete_with_records(transaction: &mut Transaction, id: FunctionId, now: Timestamp) -> Result<bool, Error> {
    const FUNCTION: &str = "SELECT id, environment, integration, kind, definition FROM functions WHERE id = $1 AND deleted_at IS NULL";
    let Some(row) = transaction.row(FUNCTION, values![id]).await? else { return Ok(false) };
    let (environment, integration) = (EnvironmentId(row.get("environment")?), IntegrationId(row.get("integration")?));
    transaction.row(LOCK, values![integration]).await?;
    // Again, now that nobody else can be deleting or deploying it.
    let Some(row) = transaction.row(FUNCTION, values![id]).await? else { return Ok(false) };
    let gone = definition(&row)?;
    delete_in(transaction, id, now).await?;
    components::prune_sources_in(transaction, integration).await?;
    if gone.kind != FunctionKind::Sync {
        return Ok(true);
    }
    let sql = "SELECT id, definition FROM functions WHERE integration = $1 AND kind = 'sync' AND deleted_at IS NULL";
    let others = transaction.rows(sql, values![integration]).await?.iter().map(definition).collect::<Result<Vec<_>, _>>()?;
    let mut dropped = 0;
    for model in &gone.models {
        if !others.iter().flat_map(|other| &other.models).any(|other| other.name == model.name) {
            dropped += records::drop_model_in(transaction, integration, &model.name, now).await?;
        }
    }
    if dropped > 0 {
        jobs::insert_in(transaction, payload::purge_records(environment, id, now)).await?;
    }
    Ok(true)
}

fn definition(row: &Row) -> Result<FunctionDefinition, Error> {
    row.parse("functions", "definition", |text| serde_json::from_str(text).ok())
}

//! What authors sent along with their components.

use syncline_domain::IntegrationId;

use crate::Error;
use crate::database::{Transaction, values};
use crate::functions::{FunctionRow, FunctionSource, Functions};

impl Functions<'_> {
    /// What the author of a function wrote, where the author shows it.
    pub async fn source(&self, function: &FunctionRow) -> Result<Option<FunctionSource>, Error> {
        // Not of a function that is gone, although a deployment that could be put back may hold it still.
        let sql = "SELECT language, code FROM component_sources WHERE integration = $1 AND component = $2
                       AND EXISTS (SELECT 1 FROM functions WHERE id = $3 AND deleted_at IS NULL)";
        let row = self.0.database().row(sql, values![function.integration, function.component, function.id]).await?;
        row.map(|row| Ok(FunctionSource { language: row.get("language")?, code: row.get("code")? })).transpose()
    }
}

/// The latest deployment counts: one without source takes back what an earlier one showed.
pub(crate) async fn store_in(
    transaction: &mut Transaction,
    integration: IntegrationId,
    component: i64,
    source: Option<&FunctionSource>,
) -> Result<(), Error> {
    let Some(FunctionSource { language, code }) = source else {
        let sql = "DELETE FROM component_sources WHERE integration = $1 AND component = $2";
        return transaction.execute(sql, values![integration, component]).await.map(drop);
    };
    let sql = "INSERT INTO component_sources (integration, component, language, code) VALUES ($1, $2, $3, $4)
               ON CONFLICT (integration, component) DO UPDATE SET language = excluded.language, code = excluded.code";
    transaction.execute(sql, values![integration, component, language.as_str(), code.as_str()]).await.map(drop)
}

/// Forgets the sources of components that neither the integration's functions nor its kept deployments are made of any more.
pub(crate) async fn prune_in(transaction: &mut Transaction, integration: IntegrationId) -> Result<(), Error> {
    let sql = "DELETE FROM component_sources WHERE integration = $1
                   AND component NOT IN (SELECT component FROM functions WHERE integration = $1 AND deleted_at IS NULL)
                   AND component NOT IN (SELECT component FROM deployment_functions WHERE integration = $1)";
    transaction.execute(sql, values![integration]).await.map(drop)
}

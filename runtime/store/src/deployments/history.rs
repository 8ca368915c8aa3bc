//! What is kept of deployments.

use serde::{Deserialize, Serialize};
use syncline_domain::{DeploymentId, EnvironmentId, FunctionKind, FunctionName, IntegrationId, IntegrationKey};

use super::{Change, Deployed, FunctionChange, KEPT, NewDeployment};
use crate::Error;
use crate::database::{Transaction, values};
use crate::jobs::payload;

/// How a deployment came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeploymentKind {
    /// Somebody deployed.
    Deploy,
    /// Somebody put an earlier one back.
    Rollback,
    /// Nobody: what an integration had before deployments were kept.
    Initial,
}

impl DeploymentKind {
    /// As in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Rollback => "rollback",
            Self::Initial => "initial",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Deploy, Self::Rollback, Self::Initial].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What a deployment did to a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedChange {
    /// The integration's key at that time.
    pub integration: IntegrationKey,
    /// Sync, action or event.
    pub kind: FunctionKind,
    /// Its name.
    pub name: FunctionName,
    /// Created, updated or deleted.
    pub change: Change,
    /// Its version behind the deployment; the last of a deleted one.
    pub version: i64,
}

impl RecordedChange {
    fn of(function: &FunctionChange) -> Self {
        Self {
            integration: function.integration_key.clone(),
            kind: function.kind,
            name: function.name.clone(),
            change: function.change,
            version: function.version,
        }
    }
}

/// Before an integration's first deployment: notes what it has from the time when deployments were not kept, so that it can be put back.
pub(super) async fn begin_in(transaction: &mut Transaction, new: &NewDeployment, integration: IntegrationId) -> Result<(), Error> {
    let sql = "SELECT MAX(deployed_at) AS since FROM functions WHERE integration = $1 AND deleted_at IS NULL AND origin = 'deployed'
                   AND NOT EXISTS (SELECT 1 FROM deployment_integrations WHERE integration = $1)";
    let row = transaction.row(sql, values![integration]).await?.expect("an aggregate has one row");
    let Some(since) = row.optional_time("since")? else { return Ok(()) };
    let mut randomness = [0; 10];
    getrandom::fill(&mut randomness).expect("the system has randomness");
    let id = DeploymentId::new(since, randomness);
    let row = insert_row(
        transaction,
        id,
        new.environment,
        DeploymentKind::Initial,
        values![None::<String>, None::<i64>, None::<String>, "[]", since],
    )
    .await?;
    record_in(transaction, row, integration).await?;
    let sql = "UPDATE functions SET deployment = $2 WHERE integration = $1 AND deleted_at IS NULL AND origin = 'deployed'";
    transaction.execute(sql, values![integration, id]).await.map(drop)
}

/// Notes who did what.
pub(super) async fn insert_in(
    transaction: &mut Transaction,
    new: &NewDeployment,
    kind: DeploymentKind,
    origin: Option<DeploymentId>,
    outcome: &Deployed,
) -> Result<i64, Error> {
    let all = outcome.functions.iter().chain(&outcome.deleted);
    let changes: Vec<RecordedChange> = all.filter(|function| function.change != Change::Unchanged).map(RecordedChange::of).collect();
    let (key, name) = new.by.as_ref().map(|by| (by.key, by.name.as_str())).unzip();
    insert_row(transaction, new.id, new.environment, kind, values![origin, key, name, payload::json(&changes), new.now]).await
}

/// `rest`: origin, key, its name, changes, time.
async fn insert_row(
    transaction: &mut Transaction,
    id: DeploymentId,
    environment: EnvironmentId,
    kind: DeploymentKind,
    rest: Vec<crate::database::Value>,
) -> Result<i64, Error> {
    let sql = "INSERT INTO deployments (uuid, environment, kind, origin, api_key, api_key_name, changes, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    let mut values = values![id, environment, kind.as_str()];
    values.extend(rest);
    transaction.row(sql, values).await?.expect("an insert returns its row").get("id")
}

/// Notes what an integration has now as what this deployment left it with.
pub(super) async fn record_in(transaction: &mut Transaction, deployment: i64, integration: IntegrationId) -> Result<(), Error> {
    let sql = "INSERT INTO deployment_integrations (integration, deployment) VALUES ($1, $2)";
    transaction.execute(sql, values![integration, deployment]).await?;
    let sql = "INSERT INTO deployment_functions (integration, deployment, kind, name, component, definition, version)
               SELECT integration, $2, kind, name, component, definition, version FROM functions
               WHERE integration = $1 AND deleted_at IS NULL AND origin = 'deployed'";
    transaction.execute(sql, values![integration, deployment]).await.map(drop)
}

/// Forgets what nobody is going to put back.
pub(super) async fn prune_in(transaction: &mut Transaction, integration: IntegrationId) -> Result<(), Error> {
    let sql = "DELETE FROM deployment_integrations WHERE integration = $1 AND deployment NOT IN
                   (SELECT deployment FROM deployment_integrations WHERE integration = $1 ORDER BY deployment DESC LIMIT $2)";
    transaction.execute(sql, values![integration, i64::from(KEPT)]).await.map(drop)
}

/// Forgets deployments that are no integration's any more.
pub(super) async fn forget_unused_in(transaction: &mut Transaction, environment: EnvironmentId) -> Result<(), Error> {
    let sql = "DELETE FROM deployments WHERE environment = $1
                   AND NOT EXISTS (SELECT 1 FROM deployment_integrations i WHERE i.deployment = deployments.id)";
    transaction.execute(sql, values![environment]).await.map(drop)
}

/// Forgets all deployments of an integration, which is gone.
pub(crate) async fn forget_in(transaction: &mut Transaction, integration: IntegrationId) -> Result<(), Error> {
    transaction.execute("DELETE FROM deployment_integrations WHERE integration = $1", values![integration]).await?;
    let sql = "DELETE FROM deployments WHERE environment = (SELECT environment FROM integrations WHERE id = $1)
                   AND NOT EXISTS (SELECT 1 FROM deployment_integrations i WHERE i.deployment = deployments.id)";
    transaction.execute(sql, values![integration]).await.map(drop)
}

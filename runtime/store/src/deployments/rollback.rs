//! Putting an earlier deployment back.

use std::collections::BTreeMap;

use syncline_domain::{EnvironmentId, FunctionDefinition, IntegrationId};

use super::apply::{Placement, apply};
use super::plan::{self, Wanted};
use super::{DeploymentKind, Deployments, KEPT, Outcome, Rollback};
use crate::Error;
use crate::database::{Transaction, values};

impl Deployments<'_> {
    /// Gives integrations, in one transaction, the functions that they had right behind an earlier deployment: a deployment of its own, by the
    /// rules of [`Self::insert`].
    pub async fn rollback(&self, rollback: Rollback) -> Result<Outcome, Error> {
        let outcome = self.0.database().write(move |transaction| Box::pin(put_back(transaction, rollback))).await?;
        self.0.wake();
        Ok(outcome)
    }
}

/// What an integration had right behind a deployment.
enum Then {
    /// What this deployment put in place.
    Deployment(i64),
    /// Nothing.
    Nothing,
    /// Nobody knows any more.
    Forgotten,
}

async fn put_back(transaction: &mut Transaction, rollback: Rollback) -> Result<Outcome, Error> {
    let Rollback { new, to, integrations } = rollback;
    let find = "SELECT id FROM deployments WHERE uuid = $1 AND environment = $2";
    let integrations = match integrations {
        Some(named) => named,
        None => every_integration(transaction, new.environment).await?,
    };
    let locked = plan::lock(transaction, new.environment, integrations).await?;
    // Behind the lock: another deployment may have made it one too many.
    let Some(row) = transaction.row(find, values![to, new.environment]).await? else { return Ok(Outcome::Unknown) };
    let target: i64 = row.get("id")?;
    // Components by row, so that functions of one component keep to it.
    let mut places: BTreeMap<i64, usize> = BTreeMap::new();
    let mut wanted = Vec::new();
    for (integration, key) in &locked {
        let deployment = match then(transaction, *integration, target).await? {
            Then::Deployment(deployment) => deployment,
            Then::Nothing => continue,
            Then::Forgotten => return Ok(Outcome::Forgotten(key.clone())),
        };
        let sql = "SELECT deployment AS id, component, definition FROM deployment_functions WHERE integration = $1 AND deployment = $2
                   ORDER BY kind, name";
        for row in transaction.rows(sql, values![*integration, deployment]).await? {
            let next = places.len();
            let place = *places.entry(row.get("component")?).or_insert(next);
            let definition: FunctionDefinition = row.parse("deployment_functions", "definition", |text| serde_json::from_str(text).ok())?;
            wanted.push(Wanted { integration: *integration, place, definition, text: row.get("definition")? });
        }
    }
    let mut rows = vec![None; places.len()];
    for (component, place) in places {
        rows[place] = Some(component);
    }
    let plan = plan::plan(transaction, &locked, &rows, wanted).await?;
    let placement = Placement { kind: DeploymentKind::Rollback, origin: Some(to), places: rows, components: Vec::new() };
    apply(transaction, &new, plan, placement).await
}

/// Every integration that deployments changed. What was there before deployments were kept, and was not deployed to since, stays as it is.
async fn every_integration(transaction: &mut Transaction, environment: EnvironmentId) -> Result<Vec<IntegrationId>, Error> {
    let sql = "SELECT id FROM integrations WHERE environment = $1 AND deleted_at IS NULL
                   AND id IN (SELECT integration FROM deployment_integrations) ORDER BY id";
    transaction.rows(sql, values![environment]).await?.iter().map(|row| Ok(IntegrationId(row.get("id")?))).collect()
}

async fn then(transaction: &mut Transaction, integration: IntegrationId, target: i64) -> Result<Then, Error> {
    let sql = "SELECT d.id, d.kind FROM deployment_integrations i JOIN deployments d ON d.id = i.deployment WHERE i.integration = $1
               ORDER BY d.id DESC";
    let rows = transaction.rows(sql, values![integration]).await?;
    for row in &rows {
        let id: i64 = row.get("id")?;
        if id <= target {
            return Ok(Then::Deployment(id));
        }
    }
    match rows.last() {
        // It was noted late, and was there all the time.
        Some(oldest) if oldest.get::<String>("kind")? == DeploymentKind::Initial.as_str() => Ok(Then::Deployment(oldest.get("id")?)),
        // As long as none was forgotten, the oldest is the first.
        Some(_) if rows.len() < KEPT as usize => Ok(Then::Nothing),
        _ => Ok(Then::Forgotten),
    }
}

//! Reading what was deployed.

use syncline_domain::{
    ApiKeyId, DeploymentId, Digest, EnvironmentId, FunctionKind, FunctionName, IntegrationId, IntegrationKey, Timestamp,
};

use super::{Deployer, DeploymentKind, Deployments, RecordedChange};
use crate::Error;
use crate::database::{Row, values};

/// A deployment that happened.
#[derive(Clone, Debug)]
pub struct DeploymentRow {
    /// Its id.
    pub id: DeploymentId,
    /// How it came about.
    pub kind: DeploymentKind,
    /// Of a rollback: the deployment that it put back, which may be forgotten by now.
    pub origin: Option<DeploymentId>,
    /// Whose doing it was.
    pub by: Option<Deployer>,
    /// What it did.
    pub changes: Vec<RecordedChange>,
    /// When.
    pub created_at: Timestamp,
    /// The integrations that it changed and that are there still; `true` for those that have not been deployed to since.
    pub integrations: Vec<(IntegrationKey, bool)>,
}

/// A function that a deployment left an integration with.
#[derive(Clone, Debug)]
pub struct PutInPlace {
    /// The integration's key.
    pub integration: IntegrationKey,
    /// Sync, action or event.
    pub kind: FunctionKind,
    /// Its name.
    pub name: FunctionName,
    /// Its version then.
    pub version: i64,
    /// The digest of its component.
    pub digest: Digest,
}

impl Deployments<'_> {
    /// An environment's, or those of one integration, newest first; only those before `before`, and none where there is no such deployment.
    pub async fn list(
        &self,
        environment: EnvironmentId,
        integration: Option<IntegrationId>,
        before: Option<DeploymentId>,
        limit: u32,
    ) -> Result<Vec<DeploymentRow>, Error> {
        let sql = "SELECT * FROM deployments WHERE environment = $1
                       AND ($2 IS NULL OR id IN (SELECT deployment FROM deployment_integrations WHERE integration = $2))
                       AND ($3 IS NULL OR id < (SELECT id FROM deployments WHERE uuid = $3 AND environment = $1))
                   ORDER BY id DESC LIMIT $4";
        let rows = self.0.database().rows(sql, values![environment, integration, before, i64::from(limit)]).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            found.push(self.read(row).await?);
        }
        Ok(found)
    }

    /// Finds one.
    pub async fn lookup(&self, environment: EnvironmentId, id: DeploymentId) -> Result<Option<DeploymentRow>, Error> {
        let sql = "SELECT * FROM deployments WHERE environment = $1 AND uuid = $2";
        match self.0.database().row(sql, values![environment, id]).await? {
            Some(row) => self.read(&row).await.map(Some),
            None => Ok(None),
        }
    }

    /// What it left its integrations with.
    pub async fn functions(&self, environment: EnvironmentId, id: DeploymentId) -> Result<Vec<PutInPlace>, Error> {
        let sql = "SELECT d.id, i.key, f.kind, f.name, f.version, c.digest FROM deployments d
                   JOIN deployment_functions f ON f.deployment = d.id JOIN integrations i ON i.id = f.integration
                   JOIN components c ON c.id = f.component
                   WHERE d.environment = $1 AND d.uuid = $2 ORDER BY i.key, f.kind, f.name";
        self.0.database().rows(sql, values![environment, id]).await?.iter().map(put_in_place).collect()
    }

    async fn read(&self, row: &Row) -> Result<DeploymentRow, Error> {
        let sql = "SELECT i.key, NOT EXISTS (SELECT 1 FROM deployment_integrations later WHERE later.integration = d.integration
                       AND later.deployment > d.deployment) AS is_current
                   FROM deployment_integrations d JOIN integrations i ON i.id = d.integration
                   WHERE d.deployment = $1 AND i.deleted_at IS NULL ORDER BY i.key";
        let integrations = self.0.database().rows(sql, values![row.get::<i64>("id")?]).await?;
        let integrations = integrations
            .iter()
            .map(|row| Ok((row.parse("integrations", "key", |text| IntegrationKey::new(text).ok())?, row.get("is_current")?)))
            .collect::<Result<_, Error>>()?;
        let (key, name): (Option<i64>, Option<String>) = (row.get("api_key")?, row.get("api_key_name")?);
        Ok(DeploymentRow {
            id: row.parse("deployments", "uuid", |text| text.parse().ok())?,
            kind: row.parse("deployments", "kind", DeploymentKind::parse)?,
            origin: row.parse_optional("deployments", "origin", |text| text.parse().ok())?,
            by: key.zip(name).map(|(key, name)| Deployer { key: ApiKeyId(key), name }),
            changes: row.parse("deployments", "changes", |text| serde_json::from_str(text).ok())?,
            created_at: row.time("created_at")?,
            integrations,
        })
    }
}

fn put_in_place(row: &Row) -> Result<PutInPlace, Error> {
    let digest: Vec<u8> = row.get("digest")?;
    Ok(PutInPlace {
        integration: row.parse("integrations", "key", |text| IntegrationKey::new(text).ok())?,
        kind: row.parse("deployment_functions", "kind", FunctionKind::parse)?,
        name: row.parse("deployment_functions", "name", |text| FunctionName::new(text).ok())?,
        version: row.get("version")?,
        digest: Digest(digest.try_into().map_err(|_| Error::inconsistency("components", "digest", "of a deployment"))?),
    })
}

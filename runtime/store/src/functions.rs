//! Functions as deployed.

mod delete;

use syncline_domain::{
    ComponentId, DeploymentId, Digest, EnvironmentId, FunctionDefinition, FunctionId, FunctionKind, FunctionName, IntegrationId,
    IntegrationKey, Timestamp,
};

use crate::database::{Row, values};
use crate::{Error, Store};

pub(crate) use delete::delete_in;

/// The functions. Deleted ones are not found.
pub struct Functions<'s>(pub(crate) &'s Store);

/// A function.
#[derive(Clone, Debug)]
pub struct FunctionRow {
    /// Its row; stays over deployments.
    pub id: FunctionId,
    /// Where.
    pub environment: EnvironmentId,
    /// What it is deployed to.
    pub integration: IntegrationId,
    /// Its integration's key.
    pub integration_key: IntegrationKey,
    /// The component that holds it.
    pub component: ComponentId,
    /// The component's digest.
    pub digest: Digest,
    /// Its description.
    pub definition: FunctionDefinition,
    /// Whether it may run.
    pub enabled: bool,
    /// Counts deployments that changed it, from 1.
    pub version: i64,
    /// When it was deployed last.
    pub deployed_at: Timestamp,
    /// Where it came from.
    pub origin: Origin,
    /// What made it what it is; `None` for templates, and for what was there before deployments were kept.
    pub deployment: Option<DeploymentId>,
}

/// Where a function came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// An author deployed it.
    Deployed,
    /// A template that comes with the server; deployments of an author's own leave it alone unless they hold one of its name.
    Template,
}

/// What an author wrote; for people to read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionSource {
    /// `rust`, `typescript`, ...
    pub language: String,
    /// The text.
    pub code: String,
}

impl Origin {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Deployed => "deployed",
            Self::Template => "template",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Deployed, Self::Template].into_iter().find(|origin| origin.as_str() == text)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT f.*, c.digest, i.key AS integration_key FROM functions f JOIN components c ON c.id = f.component
             JOIN integrations i ON i.id = f.integration WHERE f.deleted_at IS NULL AND ",
            $rest
        )
    };
}

impl Functions<'_> {
    /// Finds one.
    pub async fn lookup(&self, id: FunctionId) -> Result<Option<FunctionRow>, Error> {
        self.0.database().row(select!("f.id = $1"), values![id]).await?.as_ref().map(function).transpose()
    }

    /// Finds one by its name.
    pub async fn lookup_by_name(
        &self,
        integration: IntegrationId,
        kind: FunctionKind,
        name: &FunctionName,
    ) -> Result<Option<FunctionRow>, Error> {
        let values = values![integration, kind.as_str(), name.as_str()];
        let sql = select!("f.integration = $1 AND f.kind = $2 AND f.name = $3");
        self.0.database().row(sql, values).await?.as_ref().map(function).transpose()
    }

    /// An environment's functions, or those of one integration, by integration, kind and name.
    pub async fn list(&self, environment: EnvironmentId, integration: Option<IntegrationId>) -> Result<Vec<FunctionRow>, Error> {
        let sql = select!("f.environment = $1 AND ($2 IS NULL OR f.integration = $2) ORDER BY i.key, f.kind, f.name");
        self.0.database().rows(sql, values![environment, integration]).await?.iter().map(function).collect()
    }

    /// Turns one on or off; `false` when it is gone.
    pub async fn set_enabled(&self, id: FunctionId, enabled: bool) -> Result<bool, Error> {
        let sql = "UPDATE functions SET enabled = $2 WHERE id = $1 AND deleted_at IS NULL";
        let values = values![id, enabled];
        Ok(self.0.database().execute(sql, values).await? > 0)
    }
}

fn function(row: &Row) -> Result<FunctionRow, Error> {
    let id = FunctionId(row.get("id")?);
    let digest: Vec<u8> = row.get("digest")?;
    Ok(FunctionRow {
        id,
        environment: EnvironmentId(row.get("environment")?),
        integration: IntegrationId(row.get("integration")?),
        integration_key: row.parse("functions", "integration_key", |text| IntegrationKey::new(text).ok())?,
        component: ComponentId(row.get("component")?),
        digest: Digest(digest.try_into().map_err(|_| Error::inconsistency("components", "digest", id))?),
        definition: row.parse("functions", "definition", |text| serde_json::from_str(text).ok())?,
        enabled: row.get("enabled")?,
        version: row.get("version")?,
        deployed_at: row.time("deployed_at")?,
        origin: row.parse("functions", "origin", Origin::parse)?,
        deployment: row.parse_optional("functions", "deployment", |text| text.parse().ok())?,
    })
}

//! Components, and what they bring when they are deployed.

mod sources;

use bytes::Bytes;
use syncline_domain::{
    ConnectionRowId, Digest, EnvironmentId, FunctionDefinition, FunctionId, FunctionKind, FunctionName, IntegrationId, Schedule, SyncState,
    Timestamp, Trigger, Variant,
};

use crate::database::{Row, Sql, Transaction, values};
use crate::functions::delete_in;
use crate::jobs::{self, payload};
use crate::{Constraint, Error, FunctionSource, NewSync, Origin, Store, syncs};

pub(crate) use sources::prune_in;

/// The components.
pub struct Components<'s>(pub(crate) &'s Store);

/// What is deployed together: all of it or nothing.
#[derive(Clone, Debug)]
pub struct Deploy {
    /// Where.
    pub environment: EnvironmentId,
    /// Each integration named here has, afterwards, the functions that its components hold and those that came from templates.
    pub components: Vec<DeployComponent>,
    /// The present.
    pub now: Timestamp,
}

/// One component for one integration.
#[derive(Clone, Debug)]
pub struct DeployComponent {
    /// What it is deployed to.
    pub integration: IntegrationId,
    /// SHA-256 of `wasm`.
    pub digest: Digest,
    /// The component.
    pub wasm: Bytes,
    /// What it said of itself, as JSON.
    pub manifest: String,
    /// The same, checked.
    pub functions: Vec<FunctionDefinition>,
    /// What the author wrote, where the author shows it.
    pub source: Option<FunctionSource>,
}

/// What a deployment did.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// What was deployed, in the order given.
    pub functions: Vec<DeployedFunction>,
    /// What went.
    pub deleted: Vec<DeployedFunction>,
}

/// A function in a deployment.
#[derive(Clone, Debug)]
pub struct DeployedFunction {
    /// Its row.
    pub id: FunctionId,
    /// Its name.
    pub name: FunctionName,
    /// Sync, action or event.
    pub kind: FunctionKind,
    /// Counts deployments that changed it, from 1.
    pub version: i64,
    /// What it is deployed to.
    pub integration: IntegrationId,
    /// What became of it.
    pub change: Change,
}

/// What became of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// It is new.
    Created,
    /// It has another description or other code.
    Updated,
    /// It is as it was.
    Unchanged,
    /// The new components do not hold it.
    Deleted,
}

// Differs because in PostgreSQL another deployment could change the same integrations at once.
const LOCK: Sql = Sql::differs(
    "SELECT id FROM integrations WHERE id IN (SELECT value FROM json_each($1)) AND environment = $2 AND deleted_at IS NULL",
    "SELECT id FROM integrations WHERE id = ANY ($1) AND environment = $2 AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE",
);

impl Components<'_> {
    /// Replaces the functions of integrations in one transaction: functions that went take their syncs with them (their records stay until
    /// the connection is deleted), schedules are computed anew, and new syncs that start by themselves start on every connection.
    pub async fn insert_deployment(&self, deploy: Deploy) -> Result<Deployed, Error> {
        let deployed = self.0.database().write(move |transaction| Box::pin(async move { insert(transaction, deploy).await })).await?;
        self.0.wake();
        Ok(deployed)
    }

    /// Adds the functions of one component to what its integration has; [`Constraint::Function`] where it has one of them already.
    pub async fn insert_template(
        &self,
        environment: EnvironmentId,
        component: DeployComponent,
        now: Timestamp,
    ) -> Result<Vec<DeployedFunction>, Error> {
        let deployed = self
            .0
            .database()
            .write(move |transaction| Box::pin(async move { insert_template(transaction, environment, component, now).await }))
            .await?;
        self.0.wake();
        Ok(deployed)
    }

    /// A component's bytes.
    pub async fn wasm(&self, digest: Digest) -> Result<Option<Bytes>, Error> {
        let row = self.0.database().row("SELECT wasm FROM components WHERE digest = $1", values![digest.0.to_vec()]).await?;
        row.map(|row| Ok(Bytes::from(row.get::<Vec<u8>>("wasm")?))).transpose()
    }
}

async fn insert(transaction: &mut Transaction, deploy: Deploy) -> Result<Deployed, Error> {
    let (environment, now) = (deploy.environment, deploy.now);
    let mut integrations: Vec<i64> = deploy.components.iter().map(|component| component.integration.0).collect();
    integrations.sort_unstable();
    integrations.dedup();
    lock(transaction, environment, &integrations).await?;
    let mut existing = Vec::new();
    for integration in &integrations {
        existing.extend(functions_of(transaction, IntegrationId(*integration)).await?);
    }
    let mut functions = Vec::new();
    for component in deploy.components {
        let id = store_component(transaction, &component, now).await?;
        for definition in &component.functions {
            let place = existing.iter().position(|old| old.is(component.integration, definition));
            let old = place.map(|place| existing.swap_remove(place));
            let place = Place { environment, integration: component.integration, component: id, origin: Origin::Deployed };
            functions.push(store_function(transaction, place, definition, old, now).await?);
        }
    }
    let mut deleted = Vec::new();
    for old in existing.into_iter().filter(|old| old.origin == Origin::Deployed) {
        delete_in(transaction, old.id, now).await?;
        deleted.push(DeployedFunction {
            id: old.id,
            name: old.name,
            kind: old.kind,
            version: old.version,
            integration: old.integration,
            change: Change::Deleted,
        });
    }
    deleted.sort_by_key(|function| function.id);
    for integration in integrations {
        sources::prune_in(transaction, IntegrationId(integration)).await?;
    }
    Ok(Deployed { functions, deleted })
}

async fn insert_template(
    transaction: &mut Transaction,
    environment: EnvironmentId,
    component: DeployComponent,
    now: Timestamp,
) -> Result<Vec<DeployedFunction>, Error> {
    let integration = component.integration;
    lock(transaction, environment, &[integration.0]).await?;
    let existing = functions_of(transaction, integration).await?;
    if component.functions.iter().any(|definition| existing.iter().any(|old| old.is(integration, definition))) {
        return Err(Error::Conflict { constraint: Constraint::Function });
    }
    let id = store_component(transaction, &component, now).await?;
    let mut functions = Vec::new();
    for definition in &component.functions {
        let place = Place { environment, integration, component: id, origin: Origin::Template };
        functions.push(store_function(transaction, place, definition, None, now).await?);
    }
    Ok(functions)
}

/// No other deployment changes these integrations until the transaction ends.
async fn lock(transaction: &mut Transaction, environment: EnvironmentId, integrations: &[i64]) -> Result<(), Error> {
    if transaction.rows(LOCK, values![integrations.to_vec(), environment]).await?.len() != integrations.len() {
        return Err(Error::Conflict { constraint: Constraint::Reference });
    }
    Ok(())
}

async fn functions_of(transaction: &mut Transaction, integration: IntegrationId) -> Result<Vec<Existing>, Error> {
    let sql = "SELECT id, integration, component, kind, name, definition, schedule, time_zone, version, origin FROM functions
               WHERE integration = $1 AND deleted_at IS NULL ORDER BY id";
    transaction.rows(sql, values![integration]).await?.iter().map(Existing::read).collect()
}

struct Existing {
    id: FunctionId,
    integration: IntegrationId,
    component: i64,
    kind: FunctionKind,
    name: FunctionName,
    definition: String,
    schedule: (Option<String>, Option<String>),
    version: i64,
    origin: Origin,
}

/// Where a function goes.
#[derive(Clone, Copy)]
struct Place {
    environment: EnvironmentId,
    integration: IntegrationId,
    component: i64,
    origin: Origin,
}

impl Existing {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: FunctionId(row.get("id")?),
            integration: IntegrationId(row.get("integration")?),
            component: row.get("component")?,
            kind: row.parse("functions", "kind", FunctionKind::parse)?,
            name: row.parse("functions", "name", |text| FunctionName::new(text).ok())?,
            definition: row.get("definition")?,
            schedule: (row.get("schedule")?, row.get("time_zone")?),
            version: row.get("version")?,
            origin: row.parse("functions", "origin", Origin::parse)?,
        })
    }

    fn is(&self, integration: IntegrationId, definition: &FunctionDefinition) -> bool {
        self.integration == integration && self.kind == definition.kind && self.name == definition.name
    }
}

async fn store_component(transaction: &mut Transaction, component: &DeployComponent, now: Timestamp) -> Result<i64, Error> {
    let find = "SELECT id FROM components WHERE digest = $1";
    let digest = component.digest.0.to_vec();
    if transaction.row(find, values![digest.clone()]).await?.is_none() {
        let sql = "INSERT INTO components (digest, wasm, manifest, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (digest) DO NOTHING";
        transaction.execute(sql, values![digest.clone(), component.wasm.to_vec(), component.manifest.as_str(), now]).await?;
    }
    let id: i64 = transaction.row(find, values![digest]).await?.expect("inserted or there already").get("id")?;
    sources::store_in(transaction, component.integration, id, component.source.as_ref()).await?;
    Ok(id)
}

async fn store_function(
    transaction: &mut Transaction,
    place: Place,
    definition: &FunctionDefinition,
    old: Option<Existing>,
    now: Timestamp,
) -> Result<DeployedFunction, Error> {
    let Place { environment, integration, component, origin } = place;
    let text = payload::json(definition);
    let schedule = (definition.schedule.clone(), definition.time_zone.clone());
    let (id, version, change) = match old {
        Some(old) if old.component == component && old.definition == text && old.origin == origin => {
            (old.id, old.version, Change::Unchanged)
        }
        Some(old) => {
            let sql = "UPDATE functions SET component = $2, definition = $3, schedule = $4, time_zone = $5, version = version + 1,
                           deployed_at = $6, origin = $7 WHERE id = $1";
            transaction
                .execute(sql, values![old.id, component, text, schedule.0.clone(), schedule.1.clone(), now, origin.as_str()])
                .await?;
            if schedule != old.schedule {
                reschedule(transaction, old.id, definition, now).await?;
            }
            (old.id, old.version + 1, Change::Updated)
        }
        None => {
            let sql = "INSERT INTO functions (environment, integration, component, kind, name, definition, schedule, time_zone, enabled,
                           version, deployed_at, origin)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, 1, $9, $10) RETURNING id";
            let (kind, name) = (definition.kind.as_str(), definition.name.as_str());
            let values = values![environment, integration, component, kind, name, text, schedule.0, schedule.1, now, origin.as_str()];
            let id = FunctionId(transaction.row(sql, values).await?.expect("an insert returns its row").get("id")?);
            if definition.kind == FunctionKind::Sync {
                add_everywhere(transaction, environment, integration, id, definition, now).await?;
            }
            (id, 1, Change::Created)
        }
    };
    Ok(DeployedFunction { id, name: definition.name.clone(), kind: definition.kind, version, integration, change })
}

/// Syncs whose frequency was set by hand keep it.
async fn reschedule(
    transaction: &mut Transaction,
    function: FunctionId,
    definition: &FunctionDefinition,
    now: Timestamp,
) -> Result<(), Error> {
    let schedule = schedule(definition);
    let sql = "SELECT id FROM syncs WHERE function = $1 AND frequency_override IS NULL";
    for row in transaction.rows(sql, values![function]).await? {
        let sync = row.parse("syncs", "id", |text| text.parse().ok())?;
        let next = schedule.as_ref().and_then(|schedule| schedule.next_after(now, syncs::schedule_seed(sync)));
        transaction.execute("UPDATE syncs SET next_run_at = $2 WHERE id = $1", values![sync, next]).await?;
    }
    Ok(())
}

/// Every connection of the integration has every sync; those that do not start by themselves wait to be triggered or started.
async fn add_everywhere(
    transaction: &mut Transaction,
    environment: EnvironmentId,
    integration: IntegrationId,
    function: FunctionId,
    definition: &FunctionDefinition,
    now: Timestamp,
) -> Result<(), Error> {
    let schedule = schedule(definition);
    let connections = "SELECT id FROM connections WHERE integration = $1 AND deleted_at IS NULL AND NOT pending ORDER BY id";
    for row in transaction.rows(connections, values![integration]).await? {
        let connection = ConnectionRowId(row.get("id")?);
        let sync = syncs::new_id(now);
        let new = NewSync {
            function,
            name: definition.name.clone(),
            variant: Variant::base(),
            state: if definition.auto_start { SyncState::Started } else { SyncState::Paused },
            frequency_override: None,
            next_run_at: schedule
                .as_ref()
                .filter(|_| definition.auto_start)
                .and_then(|schedule| schedule.next_after_start(now, syncs::schedule_seed(sync))),
        };
        if syncs::insert_with_id(transaction, sync, connection, new, now).await? && definition.auto_start {
            let first = payload::RunSync { trigger: Trigger::Schedule, empty_cache: false };
            jobs::insert_in(transaction, payload::run_sync(environment, connection, sync, first, now)).await?;
        }
    }
    Ok(())
}

/// The definition was checked before it came here; one that is wrong all the same is as good as none.
fn schedule(definition: &FunctionDefinition) -> Option<Schedule> {
    definition.schedule().ok().flatten()
}

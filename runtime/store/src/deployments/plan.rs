//! What is to become of each function, before anything is written.

use std::collections::BTreeMap;

use syncline_domain::{
    EnvironmentId, FunctionDefinition, FunctionId, FunctionKind, FunctionName, IntegrationId, IntegrationKey, ModelName,
};

use super::{Change, Deployed, FunctionChange, LostModel};
use crate::database::{Row, Sql, Transaction, values};
use crate::jobs::payload;
use crate::{Constraint, Error, Origin};

// Differs because in PostgreSQL another deployment could change the same integrations at once.
const LOCK: Sql = Sql::differs(
    "SELECT id, key FROM integrations WHERE id IN (SELECT value FROM json_each($1)) AND environment = $2 AND deleted_at IS NULL",
    "SELECT id, key FROM integrations WHERE id = ANY ($1) AND environment = $2 AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE",
);

/// Integrations that nobody else deploys to until the transaction ends.
pub(super) type Locked = BTreeMap<IntegrationId, IntegrationKey>;

/// A function as it shall be.
pub(super) struct Wanted {
    pub(super) integration: IntegrationId,
    /// Which of the components holds it.
    pub(super) place: usize,
    pub(super) definition: FunctionDefinition,
    pub(super) text: String,
}

/// A function as it is.
pub(super) struct Existing {
    pub(super) id: FunctionId,
    integration: IntegrationId,
    component: i64,
    kind: FunctionKind,
    name: FunctionName,
    definition: FunctionDefinition,
    text: String,
    version: i64,
    origin: Origin,
}

/// Both, and what follows from them.
pub(super) struct Plan {
    pub(super) integrations: Locked,
    /// In the order of `functions` in `outcome`.
    pub(super) wanted: Vec<Wanted>,
    pub(super) outcome: Deployed,
}

impl Wanted {
    pub(super) fn new(integration: IntegrationId, place: usize, definition: FunctionDefinition) -> Self {
        let text = payload::json(&definition);
        Self { integration, place, definition, text }
    }

    fn is(&self, old: &Existing) -> bool {
        old.integration == self.integration && old.kind == self.definition.kind && old.name == self.definition.name
    }
}

impl Existing {
    fn read(row: &Row) -> Result<Self, Error> {
        let text: String = row.get("definition")?;
        Ok(Self {
            id: FunctionId(row.get("id")?),
            integration: IntegrationId(row.get("integration")?),
            component: row.get("component")?,
            kind: row.parse("functions", "kind", FunctionKind::parse)?,
            name: row.parse("functions", "name", |text| FunctionName::new(text).ok())?,
            definition: row.parse("functions", "definition", |text| serde_json::from_str(text).ok())?,
            text,
            version: row.get("version")?,
            origin: row.parse("functions", "origin", Origin::parse)?,
        })
    }
}

/// Locks integrations; [`Constraint::Reference`] where one is gone.
pub(super) async fn lock(
    transaction: &mut Transaction,
    environment: EnvironmentId,
    integrations: Vec<IntegrationId>,
) -> Result<Locked, Error> {
    let ids: Vec<i64> = integrations.iter().map(|integration| integration.0).collect();
    let rows = transaction.rows(LOCK, values![ids, environment]).await?;
    if rows.len() != integrations.len() {
        return Err(Error::Conflict { constraint: Constraint::Reference });
    }
    rows.iter()
        .map(|row| Ok((IntegrationId(row.get("id")?), row.parse("integrations", "key", |text| IntegrationKey::new(text).ok())?)))
        .collect()
}

/// What is there.
pub(super) async fn existing(transaction: &mut Transaction, integration: IntegrationId) -> Result<Vec<Existing>, Error> {
    let sql = "SELECT id, integration, component, kind, name, definition, version, origin FROM functions
               WHERE integration = $1 AND deleted_at IS NULL ORDER BY id";
    transaction.rows(sql, values![integration]).await?.iter().map(Existing::read).collect()
}

/// Holds what is wanted against what is there. Functions from templates stay unless one of their name is wanted. `places` has each component's
/// row where there is one.
pub(super) async fn plan(
    transaction: &mut Transaction,
    integrations: &Locked,
    places: &[Option<i64>],
    wanted: Vec<Wanted>,
) -> Result<Plan, Error> {
    let mut old = Vec::new();
    for integration in integrations.keys() {
        old.extend(existing(transaction, *integration).await?);
    }
    let mut functions = Vec::with_capacity(wanted.len());
    for new in &wanted {
        let before = old.iter().position(|old| new.is(old)).map(|index| old.swap_remove(index));
        let (id, version, change) = match &before {
            None => (None, last_version(transaction, new).await? + 1, Change::Created),
            Some(old) if places[new.place] == Some(old.component) && old.text == new.text && old.origin == Origin::Deployed => {
                (Some(old.id), old.version, Change::Unchanged)
            }
            Some(old) => (Some(old.id), old.version + 1, Change::Updated),
        };
        functions.push(FunctionChange {
            id,
            integration: new.integration,
            integration_key: integrations[&new.integration].clone(),
            kind: new.definition.kind,
            name: new.definition.name.clone(),
            change,
            version,
            before: before.map(|old| old.definition),
            after: Some(new.definition.clone()),
            connections: 0,
            lost: Vec::new(),
        });
    }
    let (mut gone, stay): (Vec<_>, Vec<_>) = old.into_iter().partition(|old| old.origin == Origin::Deployed);
    gone.sort_by_key(|old| old.id);
    let deleted = gone.into_iter().map(|old| FunctionChange {
        id: Some(old.id),
        integration: old.integration,
        integration_key: integrations[&old.integration].clone(),
        kind: old.kind,
        name: old.name,
        change: Change::Deleted,
        version: old.version,
        before: Some(old.definition),
        after: None,
        connections: 0,
        lost: Vec::new(),
    });
    let mut outcome = Deployed { deployment: None, functions, deleted: deleted.collect() };
    let saved: Vec<(IntegrationId, ModelName)> = wanted
        .iter()
        .map(|new| (new.integration, &new.definition))
        .chain(stay.iter().map(|old| (old.integration, &old.definition)))
        .flat_map(|(integration, definition)| definition.models.iter().map(move |model| (integration, model.name.clone())))
        .collect();
    for function in outcome.functions.iter_mut().chain(&mut outcome.deleted) {
        count_losses(transaction, function, &saved).await?;
    }
    Ok(Plan { integrations: integrations.clone(), wanted, outcome })
}

/// Versions of a name go on where an earlier function of that name ended.
async fn last_version(transaction: &mut Transaction, new: &Wanted) -> Result<i64, Error> {
    let sql = "SELECT COALESCE(MAX(version), 0) AS version FROM functions WHERE integration = $1 AND kind = $2 AND name = $3";
    let values = values![new.integration, new.definition.kind.as_str(), new.definition.name.as_str()];
    transaction.row(sql, values).await?.expect("an aggregate has one row").get("version")
}

async fn count_losses(
    transaction: &mut Transaction,
    function: &mut FunctionChange,
    saved: &[(IntegrationId, ModelName)],
) -> Result<(), Error> {
    let (Some(id), Some(before)) = (function.id, &function.before) else { return Ok(()) };
    for model in &before.models {
        if saved.iter().any(|(integration, name)| *integration == function.integration && *name == model.name) {
            continue;
        }
        let sql =
            "SELECT CAST(COALESCE(SUM(record_count), 0) AS BIGINT) AS records FROM collections WHERE model = $2 AND dropped_at IS NULL
                       AND connection IN (SELECT id FROM connections WHERE integration = $1 AND deleted_at IS NULL)";
        let row = transaction.row(sql, values![function.integration, model.name.as_str()]).await?.expect("an aggregate has one row");
        function.lost.push(LostModel { name: model.name.clone(), records: row.get::<i64>("records")?.unsigned_abs() });
    }
    if function.change == Change::Deleted || !function.lost.is_empty() {
        let sql = "SELECT COUNT(DISTINCT connection) AS connections FROM syncs WHERE function = $1";
        let row = transaction.row(sql, values![id]).await?.expect("an aggregate has one row");
        function.connections = row.get::<i64>("connections")?.unsigned_abs();
    }
    Ok(())
}

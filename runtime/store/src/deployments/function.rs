//! One function of a deployment, with its schedule and its syncs.

use syncline_domain::{
    ConnectionRowId, DeploymentId, EnvironmentId, FunctionDefinition, FunctionId, FunctionKind, IntegrationId, Schedule, SyncState,
    Timestamp, Trigger, Variant,
};

use super::{Change, FunctionChange};
use crate::database::{Transaction, values};
use crate::jobs::{self, payload};
use crate::{Error, NewSync, Origin, syncs};

/// Where a function goes.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) environment: EnvironmentId,
    pub(super) integration: IntegrationId,
    pub(super) component: i64,
    pub(super) origin: Origin,
    pub(super) deployment: Option<DeploymentId>,
}

/// Does what was planned for it, and notes its id.
pub(super) async fn store_in(
    transaction: &mut Transaction,
    place: &Place,
    planned: &mut FunctionChange,
    definition: &FunctionDefinition,
    text: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let Place { environment, integration, component, origin, deployment } = *place;
    let (schedule, time_zone) = (definition.schedule.as_deref(), definition.time_zone.as_deref());
    match planned.change {
        Change::Unchanged | Change::Deleted => {}
        Change::Updated => {
            let id = planned.id.expect("what is updated is there");
            let sql = "UPDATE functions SET component = $2, definition = $3, schedule = $4, time_zone = $5, version = $6, deployed_at = $7,
                           origin = $8, deployment = $9 WHERE id = $1";
            let values = values![id, component, text, schedule, time_zone, planned.version, now, origin.as_str(), deployment];
            transaction.execute(sql, values).await?;
            let timing = |definition: &FunctionDefinition| (definition.schedule.clone(), definition.time_zone.clone());
            if planned.before.as_ref().map(timing) != Some(timing(definition)) {
                reschedule(transaction, id, definition, now).await?;
            }
        }
        Change::Created => {
            let sql = "INSERT INTO functions (environment, integration, component, kind, name, definition, schedule, time_zone, enabled,
                           version, deployed_at, origin, deployment)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, $9, $10, $11, $12) RETURNING id";
            let (kind, name, version) = (definition.kind.as_str(), definition.name.as_str(), planned.version);
            let values = values![
                environment,
                integration,
                component,
                kind,
                name,
                text,
                schedule,
                time_zone,
                version,
                now,
                origin.as_str(),
                deployment
            ];
            let id = FunctionId(transaction.row(sql, values).await?.expect("an insert returns its row").get("id")?);
            if definition.kind == FunctionKind::Sync {
                add_everywhere(transaction, environment, integration, id, definition, now).await?;
            }
            planned.id = Some(id);
        }
    }
    Ok(())
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

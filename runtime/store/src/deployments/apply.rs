//! A plan becomes what is so.

use std::collections::BTreeSet;

use syncline_domain::{DeploymentId, IntegrationId};

use super::function::{self, Place};
use super::history::{self, DeploymentKind};
use super::insert::store_components;
use super::plan::Plan;
use super::{Change, DeployComponent, NewDeployment, Outcome};
use crate::components::{prune_sources_in, store_source_in};
use crate::database::Transaction;
use crate::functions::delete_in;
use crate::{Error, Origin};

/// Where the plan's functions come from.
pub(super) struct Placement {
    pub(super) kind: DeploymentKind,
    /// Of a rollback: what it puts back.
    pub(super) origin: Option<DeploymentId>,
    /// Row of each component; `None` where it is to be stored.
    pub(super) places: Vec<Option<i64>>,
    /// What is to be stored, with sources; empty for what is there already.
    pub(super) components: Vec<DeployComponent>,
}

pub(super) async fn apply(transaction: &mut Transaction, new: &NewDeployment, plan: Plan, placement: Placement) -> Result<Outcome, Error> {
    let Plan { integrations, wanted, mut outcome } = plan;
    let Placement { kind, origin, mut places, components } = placement;
    if outcome.is_destructive() && !new.allow_destructive && !new.dry_run {
        return Ok(Outcome::Destructive(outcome));
    }
    if new.dry_run {
        return Ok(Outcome::Done(outcome));
    }
    store_components(transaction, &components, &mut places, new.now).await?;
    let place_of = |place: usize| places[place].expect("stored above, or there already");
    // The latest deployment's word counts, also where it brought the same code.
    for (place, component) in components.iter().enumerate() {
        store_source_in(transaction, component.integration, place_of(place), component.source.as_ref()).await?;
    }
    let changed = |integration: IntegrationId| {
        let mut all = outcome.functions.iter().chain(&outcome.deleted);
        all.any(|function| function.integration == integration && function.change != Change::Unchanged)
    };
    let changed: BTreeSet<IntegrationId> = integrations.keys().copied().filter(|integration| changed(*integration)).collect();
    if changed.is_empty() {
        return Ok(Outcome::Done(outcome));
    }
    for integration in &changed {
        history::begin_in(transaction, new, *integration).await?;
    }
    let row = history::insert_in(transaction, new, kind, origin, &outcome).await?;
    for (function, wanted) in outcome.functions.iter_mut().zip(&wanted) {
        let place = Place {
            environment: new.environment,
            integration: wanted.integration,
            component: place_of(wanted.place),
            origin: Origin::Deployed,
            deployment: Some(new.id),
        };
        function::store_in(transaction, &place, function, &wanted.definition, &wanted.text, new.now).await?;
    }
    for gone in &outcome.deleted {
        delete_in(transaction, gone.id.expect("what goes was there"), new.now).await?;
    }
    for integration in &changed {
        history::record_in(transaction, row, *integration).await?;
        history::prune_in(transaction, *integration).await?;
        prune_sources_in(transaction, *integration).await?;
    }
    history::forget_unused_in(transaction, new.environment).await?;
    outcome.deployment = Some(new.id);
    Ok(Outcome::Done(outcome))
}

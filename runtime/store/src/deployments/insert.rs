//! Deploying components.

use std::collections::BTreeSet;

use syncline_domain::Timestamp;

use super::apply::{Placement, apply};
use super::plan::{self, Wanted};
use super::{ComponentContent, Deploy, DeployComponent, DeploymentKind, Deployments, Outcome};
use crate::Error;
use crate::components::{self, Stored};
use crate::database::Transaction;

impl Deployments<'_> {
    /// Replaces the functions of integrations in one transaction: functions that went take their syncs with them (their records stay until
    /// the connection is deleted), schedules are computed anew, and new syncs that start by themselves start on every connection. Deployments
    /// that meet at an integration follow each other. [`crate::Constraint::Reference`] where an integration is gone.
    pub async fn insert(&self, deploy: Deploy) -> Result<Outcome, Error> {
        let outcome = self.0.database().write(move |transaction| Box::pin(insert(transaction, deploy))).await?;
        self.0.wake();
        Ok(outcome)
    }
}

async fn insert(transaction: &mut Transaction, deploy: Deploy) -> Result<Outcome, Error> {
    let Deploy { new, mut components } = deploy;
    let integrations: BTreeSet<_> = components.iter().map(|component| component.integration).collect();
    let integrations = plan::lock(transaction, new.environment, integrations.into_iter().collect()).await?;
    let mut places = Vec::with_capacity(components.len());
    for (index, component) in components.iter().enumerate() {
        let found = match &component.content {
            ComponentContent::Kept(id) => match components::keep_in(transaction, *id).await? {
                Some(id) => Some(id),
                None => return Ok(Outcome::Missing(index)),
            },
            ComponentContent::Sent { digest, .. } => components::lookup_in(transaction, *digest).await?,
        };
        places.push(found);
    }
    let mut wanted = Vec::new();
    for (place, component) in components.iter_mut().enumerate() {
        for definition in std::mem::take(&mut component.functions) {
            wanted.push(Wanted::new(component.integration, place, definition));
        }
    }
    let plan = plan::plan(transaction, &integrations, &places, wanted).await?;
    apply(transaction, &new, plan, Placement { kind: DeploymentKind::Deploy, origin: None, places, components }).await
}

/// In the order of their digests: deployments that bring the same components wait for each other and never in a circle.
pub(super) async fn store_components(
    transaction: &mut Transaction,
    components: &[DeployComponent],
    places: &mut [Option<i64>],
    now: Timestamp,
) -> Result<(), Error> {
    let mut sent: Vec<(usize, Stored<'_>)> = Vec::new();
    for (index, component) in components.iter().enumerate() {
        if let ComponentContent::Sent { digest, build, wasm, manifest } = &component.content {
            sent.push((index, Stored { digest: *digest, build, wasm, manifest }));
        }
    }
    sent.sort_by_key(|(_, stored)| stored.digest);
    for (index, stored) in sent {
        places[index] = Some(components::store_in(transaction, &stored, now).await?);
    }
    Ok(())
}

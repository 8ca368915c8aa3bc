//! Functions that come with the server.

use syncline_domain::{EnvironmentId, FunctionId, Timestamp};

use super::function::{self, Place};
use super::insert::store_components;
use super::plan::{self, Wanted};
use super::{Change, DeployComponent, Deployments};
use crate::components::store_source_in;
use crate::database::Transaction;
use crate::{Constraint, Error, Origin};

impl Deployments<'_> {
    /// Adds the functions of one component to what its integration has; [`Constraint::Function`] where it has one of them already.
    pub async fn insert_template(
        &self,
        environment: EnvironmentId,
        component: DeployComponent,
        now: Timestamp,
    ) -> Result<Vec<FunctionId>, Error> {
        let added = self.0.database().write(move |transaction| Box::pin(insert(transaction, environment, component, now))).await?;
        self.0.wake();
        Ok(added)
    }
}

async fn insert(
    transaction: &mut Transaction,
    environment: EnvironmentId,
    mut component: DeployComponent,
    now: Timestamp,
) -> Result<Vec<FunctionId>, Error> {
    let integration = component.integration;
    let locked = plan::lock(transaction, environment, vec![integration]).await?;
    let definitions = std::mem::take(&mut component.functions);
    let wanted = definitions.into_iter().map(|definition| Wanted::new(integration, 0, definition)).collect();
    let mut planned = plan::plan(transaction, &locked, &[None], wanted).await?;
    if planned.outcome.functions.iter().any(|function| function.change != Change::Created) {
        return Err(Error::Conflict { constraint: Constraint::Function });
    }
    let mut places = [None];
    store_components(transaction, std::slice::from_ref(&component), &mut places, now).await?;
    let stored = places[0].expect("a template brings its component along");
    store_source_in(transaction, integration, stored, component.source.as_ref()).await?;
    let place = Place { environment, integration, component: stored, origin: Origin::Template, deployment: None };
    let mut added = Vec::new();
    for (function, wanted) in planned.outcome.functions.iter_mut().zip(&planned.wanted) {
        function::store_in(transaction, &place, function, &wanted.definition, &wanted.text, now).await?;
        added.extend(function.id);
    }
    Ok(added)
}

//! Deployments: components and the functions in them, put in place together, and put back.

pub(crate) mod create;
mod difference;
mod endpoints;
pub(crate) mod list;
mod note;
pub(crate) mod plan;
mod request;
pub(crate) mod rollback;
pub(crate) mod show;
mod wire;

pub(crate) use request::refused;

use syncline_domain::DeploymentId;
use syncline_store::NewDeployment;

use crate::auth::Caller;
use crate::state::App;

/// By this caller, now.
fn new(app: &App, caller: &Caller, allow_destructive: bool, dry_run: bool) -> NewDeployment {
    let now = app.clock.now();
    let [_, _, _, _, _, _, randomness @ ..] = (app.randomness)();
    let id = DeploymentId::new(now, randomness);
    NewDeployment { id, environment: caller.environment(), by: Some(caller.deployer()), allow_destructive, dry_run, now }
}

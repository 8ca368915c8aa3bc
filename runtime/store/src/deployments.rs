//! Deployments: components and the functions in them, put in place together, and put back.
//!
//! A deployment changes the functions of the integrations that it names, and nothing else. For each integration the last [`KEPT`] are kept with
//! all that they put in place, so that any of them can be put back; a deployment that changes nothing is none.

mod apply;
mod function;
mod history;
mod insert;
mod list;
mod plan;
mod rollback;
mod template;

use bytes::Bytes;
use syncline_domain::{
    ApiKeyId, ComponentId, DeploymentId, Digest, EnvironmentId, FunctionDefinition, FunctionId, FunctionKind, FunctionName, IntegrationId,
    IntegrationKey, ModelName, Timestamp,
};

use crate::{FunctionSource, Store};

pub(crate) use history::forget_in;
pub use history::{DeploymentKind, RecordedChange};
pub use list::{DeploymentRow, PutInPlace};

/// How many deployments of each integration can be put back.
pub const KEPT: u32 = 20;

/// The deployments.
pub struct Deployments<'s>(pub(crate) &'s Store);

/// What deployments and rollbacks have in common.
#[derive(Clone, Debug)]
pub struct NewDeployment {
    /// Its id, if it changes anything.
    pub id: DeploymentId,
    /// Where.
    pub environment: EnvironmentId,
    /// Whose doing it is.
    pub by: Option<Deployer>,
    /// Whether functions and models may go.
    pub allow_destructive: bool,
    /// Whether only to say what would happen.
    pub dry_run: bool,
    /// The present.
    pub now: Timestamp,
}

/// The API key with which somebody deployed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deployer {
    /// Its row, which may be gone.
    pub key: ApiKeyId,
    /// Its name at that time.
    pub name: String,
}

/// What is deployed together: all of it or nothing.
#[derive(Clone, Debug)]
pub struct Deploy {
    /// Who, where and when.
    pub new: NewDeployment,
    /// Each integration named here has, afterwards, the functions that its components hold and those that came from templates.
    pub components: Vec<DeployComponent>,
}

/// One component for one integration.
#[derive(Clone, Debug)]
pub struct DeployComponent {
    /// What it is deployed to.
    pub integration: IntegrationId,
    /// The component.
    pub content: ComponentContent,
    /// What it said of its functions, checked.
    pub functions: Vec<FunctionDefinition>,
    /// What the author wrote, where the author shows it.
    pub source: Option<FunctionSource>,
}

/// A component, or where it is.
#[derive(Clone, Debug)]
pub enum ComponentContent {
    /// Its bytes came along.
    Sent {
        /// SHA-256 of `wasm`.
        digest: Digest,
        /// What it was built from; see [`syncline_domain::Deployment::build`].
        build: String,
        /// The component.
        wasm: Bytes,
        /// What it said of itself, as JSON.
        manifest: String,
    },
    /// The environment has it: [`crate::Components::find`].
    Kept(ComponentId),
}

/// A deployment that is put back: what integrations had right behind it, they have again.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// Who, where and when.
    pub new: NewDeployment,
    /// Which one.
    pub to: DeploymentId,
    /// Only these; without, every integration that was ever deployed to.
    pub integrations: Option<Vec<IntegrationId>>,
}

/// How a deployment ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It happened, or, in a dry run, it would.
    Done(Deployed),
    /// It would take away functions or models, and was not allowed to. Nothing was written.
    Destructive(Deployed),
    /// The component at this place was to be there already and is gone. Nothing was written.
    Missing(usize),
    /// There is no such deployment (any more) to put back.
    Unknown,
    /// What this integration had then is not kept any more.
    Forgotten(IntegrationKey),
}

/// What a deployment did.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// Its id; `None` where nothing changed, and in a dry run.
    pub deployment: Option<DeploymentId>,
    /// What there is now, in the order given.
    pub functions: Vec<FunctionChange>,
    /// What went.
    pub deleted: Vec<FunctionChange>,
}

/// What became of a function.
#[derive(Clone, Debug)]
pub struct FunctionChange {
    /// Its row; `None` where it is to be made, in a dry run.
    pub id: Option<FunctionId>,
    /// What it is deployed to.
    pub integration: IntegrationId,
    /// The integration's key.
    pub integration_key: IntegrationKey,
    /// Sync, action or event.
    pub kind: FunctionKind,
    /// Its name.
    pub name: FunctionName,
    /// What became of it.
    pub change: Change,
    /// Counts the changes of the function of this name, from 1; the last of a deleted one.
    pub version: i64,
    /// What it was, if it was.
    pub before: Option<FunctionDefinition>,
    /// What it is, if it is.
    pub after: Option<FunctionDefinition>,
    /// Of a sync that goes or loses models: the connections on which it runs.
    pub connections: u64,
    /// Models that no function of the integration saves any more.
    pub lost: Vec<LostModel>,
}

/// A model that nothing saves any more. Its records stay, and are renewed no more.
#[derive(Clone, Debug)]
pub struct LostModel {
    /// Its name.
    pub name: ModelName,
    /// How many records the integration's connections have of it.
    pub records: u64,
}

/// In a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl Change {
    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
        }
    }
}

impl Deployed {
    /// Whether anything is other than before.
    pub fn is_change(&self) -> bool {
        !self.deleted.is_empty() || self.functions.iter().any(|function| function.change != Change::Unchanged)
    }

    /// Whether something goes that somebody may miss.
    pub fn is_destructive(&self) -> bool {
        !self.deleted.is_empty() || self.functions.iter().any(|function| !function.lost.is_empty())
    }
}

//! The one port through which the API reaches functions without knowing the engine.

use async_trait::async_trait;
use bytes::Bytes;

use crate::{ConnectionRowId, Digest, DryRun, DryRunCall, EnvironmentId, FunctionDefinition, FunctionId, RunOutcome, Trigger};

/// An action to run now, or an event function for whose word somebody waits.
#[derive(Clone, Debug)]
pub struct ActionCall {
    /// Where the connection and the function live.
    pub environment: EnvironmentId,
    /// On whose behalf.
    pub connection: ConnectionRowId,
    /// The action or event function.
    pub function: FunctionId,
    /// JSON text.
    pub input: String,
    /// Who asked.
    pub trigger: Trigger,
}

/// A component somebody wants to deploy.
#[derive(Clone, Debug)]
pub struct ComponentSource {
    /// The .wasm file.
    pub wasm: Bytes,
}

/// A component that was compiled and has described itself.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// SHA-256 of the .wasm.
    pub digest: Digest,
    /// What it was built from, in its builder's words: the same for two builds of the same source, whose bytes may differ. The digest's text
    /// where the builder does not say.
    pub build: String,
    /// The integration that it says it is meant for.
    pub integration: Option<String>,
    /// Its functions, each valid.
    pub functions: Vec<FunctionDefinition>,
}

/// Why a component was refused or an action could not be started.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The component is at fault; `code` is stable, `message` names the function or import.
    #[error("{message}")]
    Refused {
        /// `component_malformed`, `component_import_not_granted`, `component_version`, `invalid_schedule`, `dry_run_under_way`, ...
        code: &'static str,
        /// For the author.
        message: String,
    },
    /// The server is stopping or its slots are taken for too long; another try will help.
    #[error("no slot for another run became free in time")]
    Busy,
    /// Ours to mend.
    #[error("the function could not be run")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Runs functions in this process.
#[async_trait]
pub trait FunctionRunner: Send + Sync + 'static {
    /// Runs a function to its end. A failure of the function is an `Ok` with the error inside.
    async fn run_action(&self, call: ActionCall) -> Result<RunOutcome, RunnerError>;

    /// Runs a function to its end and keeps nothing: no record, checkpoint, metadata, run or log. It reads what is there, and asks the provider.
    /// A failure of the function is an `Ok` with the error inside; [`RunnerError::Refused`] with `dry_run_under_way` where the environment has
    /// another one under way.
    async fn dry_run(&self, call: DryRunCall) -> Result<DryRun, RunnerError>;

    /// Compiles a component and asks it what it holds; stores nothing but the compiled code's cache.
    async fn inspect(&self, source: ComponentSource) -> Result<Deployment, RunnerError>;
}

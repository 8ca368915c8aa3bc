//! Where runs happen: in this process, or behind the wall.

use bytes::Bytes;
use syncline_engine::{Call, CompileError, Completion, Component, DescribeError, Digest, Engine, LoadError};
use syncline_host_api::Manifest;

use crate::parent::{InChild, StartError, Wall};
use crate::tenant::Tenant;

/// What runs functions. A cheap handle to clone.
#[derive(Clone)]
pub enum Executor {
    /// In this process: WebAssembly alone is the wall.
    InProcess(Engine),
    /// In a process for each tenant.
    Process(Wall),
}

/// A component that a tenant's run can begin with. Kept, it keeps its process from ending.
pub struct Prepared(Inner);

enum Inner {
    InProcess(Component),
    InChild(InChild),
}

/// A component cannot say what it is, or cannot be made ready to be asked.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is refused.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// It was asked and did not answer well.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// Our own failure.
    #[error("the component cannot be asked what it is")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A component cannot be made ready to run.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The component is at fault, or the cache.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Our own failure, and a passing one.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl Executor {
    /// The component of this digest, ready for this tenant: from memory, from the file cache, or compiled from `wasm()`.
    pub async fn prepare<F, Fut>(&self, tenant: &Tenant, digest: Digest, wasm: F) -> Result<Prepared, PrepareError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Option<Bytes>>,
    {
        Ok(Prepared(match self {
            Self::InProcess(engine) => Inner::InProcess(engine.load(digest, wasm).await?),
            Self::Process(wall) => Inner::InChild(wall.prepare(tenant, digest, wasm).await?),
        }))
    }

    /// Runs one function in a fresh instance. Waits for a free slot first; that wait does not count as wall time.
    pub async fn call(&self, prepared: &Prepared, call: Call) -> Completion {
        match (self, &prepared.0) {
            (Self::InProcess(engine), Inner::InProcess(component)) => engine.call(component, call).await,
            (_, Inner::InChild(child)) => child.call(call).await,
            (Self::Process(_), Inner::InProcess(_)) => unreachable!("an executor runs what it prepared"),
        }
    }

    /// Compiles a component and asks it for its manifest, with nothing granted.
    pub async fn describe(&self, wasm: Bytes) -> Result<(Digest, Manifest), ManifestError> {
        match self {
            Self::InProcess(engine) => {
                let digest = engine.compile(wasm.clone()).await?;
                let loaded = engine.load(digest, || async move { Some(wasm) }).await;
                let component = loaded.map_err(|error| ManifestError::Internal(Box::new(error)))?;
                Ok((digest, engine.describe(&component).await?))
            }
            Self::Process(wall) => wall.describe(wasm).await,
        }
    }

    /// Ends the processes, if there are any. Runs that are under way are lost.
    pub async fn stop(&self) {
        if let Self::Process(wall) = self {
            wall.stop().await;
        }
    }
}

impl From<Engine> for Executor {
    fn from(engine: Engine) -> Self {
        Self::InProcess(engine)
    }
}

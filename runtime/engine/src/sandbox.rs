//! wasmtime, its linker and its pool: what runs components that are machine code already.

use std::sync::Arc;

use syncline_host_api::bindings::FunctionPre;
use tokio::sync::Semaphore;
use wasmtime::component::{Component as Code, Linker};

use crate::run::{self, State};
use crate::{Call, CompileError, Completion, Component, Digest, Error, RunFailure, Usage, config, describe, linker, ticker};

/// Runs components, and can neither compile nor store one: all that a process needs which does nothing else. A cheap handle to clone.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    wasmtime: wasmtime::Engine,
    linker: Linker<State>,
    /// As many as the pool has instances, so that a full pool makes runs wait where it would make them fail.
    slots: Semaphore,
}

impl Sandbox {
    /// Sets wasmtime up for that many runs at one time. Nothing interrupts a guest before [`Self::start_ticker`].
    pub fn new(instances: u32) -> Result<Self, Error> {
        Self::with_config(&config::running(instances), instances)
    }

    pub(crate) fn with_config(config: &wasmtime::Config, instances: u32) -> Result<Self, Error> {
        let runtime = |source: wasmtime::Error| Error::Runtime { instances, source: source.into_boxed_dyn_error() };
        let wasmtime = wasmtime::Engine::new(config).map_err(runtime)?;
        let linker = linker::build(&wasmtime).map_err(runtime)?;
        Ok(Self { inner: Arc::new(Inner { wasmtime, linker, slots: Semaphore::new(instances as usize) }) })
    }

    /// Starts the thread that interrupts guests. Apart from [`Self::new`], because a process that gives its rights up does so before it has a
    /// second thread, which would keep them.
    pub fn start_ticker(&self) -> Result<(), Error> {
        ticker::spawn(self.inner.wasmtime.weak()).map_err(Error::Ticker)
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.inner.wasmtime
    }

    /// Makes a component ready to run from what [`Engine::code`](crate::Engine::code) answered.
    ///
    /// # Safety
    ///
    /// `code` is machine code, and loading it is running it: it must be the unmodified output of this version's compiler.
    #[expect(unsafe_code, reason = "machine code is trusted by whoever loads it; the caller says where it is from")]
    pub unsafe fn load(&self, digest: Digest, code: &[u8]) -> Result<Component, CompileError> {
        let incompatible = |error: wasmtime::Error| CompileError::Incompatible { message: format!("{error:#}") };
        // SAFETY: the caller's promise is the one that wasmtime asks for.
        let code = unsafe { Code::deserialize(&self.inner.wasmtime, code) };
        // Fails where the component wants more memories, tables or instances than the pool has for one.
        let code = code.map_err(incompatible)?;
        let pre = self.inner.linker.instantiate_pre(&code).map_err(incompatible)?;
        Ok(Component::new(digest, FunctionPre::new(pre).map_err(incompatible)?))
    }

    /// The component's own description as JSON text, asked of an instance that is granted nothing.
    pub async fn describe(&self, component: &Component) -> Result<String, RunFailure> {
        let _slot = self.inner.slots.acquire().await.expect("the slots are never closed");
        run::describe(&self.inner.wasmtime, component.pre(), Arc::new(describe::NotGranted), describe::limits()).await
    }

    /// Runs one function in a fresh instance. Waits for a free slot first; that wait does not count as wall time.
    pub async fn call(&self, component: &Component, call: Call) -> Completion {
        tokio::select! {
            biased;
            () = call.cancel.cancelled() => {
                Completion { outcome: Err(RunFailure::Cancelled { function: call.function }), usage: Usage::default() }
            }
            slot = self.inner.slots.acquire() => {
                let _slot = slot.expect("the slots are never closed");
                run::run(&self.inner.wasmtime, component.pre(), call).await
            }
        }
    }
}

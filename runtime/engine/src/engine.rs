//! The engine: one wasmtime engine, one linker, one cache, for the whole process.

use std::sync::Arc;

use bytes::Bytes;
use syncline_host_api::Manifest;
use syncline_host_api::bindings::FunctionPre;
use tokio::sync::Semaphore;
use wasmtime::component::{Component as Code, Linker};

use crate::cache::Cache;
use crate::compile::{self, CompileError, CompiledFunctions};
use crate::loaded::Loaded;
use crate::run::{self, State};
use crate::{
    Call, CompileLimits, Compiler, Completion, Component, DescribeError, Digest, Error, LoadError, Options, RunFailure, Usage, config,
    describe, inspect, linker, ticker,
};

/// Compiles, loads and runs components. A cheap handle to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    wasmtime: wasmtime::Engine,
    linker: Linker<State>,
    cache: Cache,
    loaded: Loaded,
    /// Where they are remembered.
    functions: Option<Arc<CompiledFunctions>>,
    compiler: Compiler,
    compile_limits: CompileLimits,
    max_component_bytes: usize,
    /// One compilation at a time: the other cores belong to the runs.
    compiling: Semaphore,
    /// As many as the pool has instances, so that a full pool makes runs wait where it would make them fail.
    slots: Semaphore,
}

impl Engine {
    /// Sets wasmtime up and starts the ticker's thread.
    pub fn new(options: Options) -> Result<Self, Error> {
        let instances = options.max_concurrent_instances;
        let runtime = |source: wasmtime::Error| Error::Runtime { instances, source: source.into_boxed_dyn_error() };
        let functions = matches!(options.compiler, Compiler::Incremental).then(Arc::<CompiledFunctions>::default);
        let mut config = config::running(instances);
        if let Some(functions) = &functions {
            config::remember(&mut config, functions).map_err(runtime)?;
        }
        let wasmtime = wasmtime::Engine::new(&config).map_err(runtime)?;
        let linker = linker::build(&wasmtime).map_err(runtime)?;
        let cache = Cache::open(options.cache_dir.clone(), options.cache_key, &wasmtime)
            .map_err(|source| Error::CacheDir { path: options.cache_dir, source })?;
        if let Some(functions) = &functions {
            functions.load(&cache);
        }
        ticker::spawn(wasmtime.weak()).map_err(Error::Ticker)?;
        let inner = Inner {
            wasmtime,
            linker,
            cache,
            loaded: Loaded::default(),
            functions,
            compiler: options.compiler,
            compile_limits: options.compile_limits,
            max_component_bytes: options.max_component_bytes,
            compiling: Semaphore::new(1),
            slots: Semaphore::new(instances as usize),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Looks the component over, compiles it and stores the result. Answers its digest; [`Engine::load`] finds it from then on.
    pub async fn compile(&self, wasm: Bytes) -> Result<Digest, CompileError> {
        let digest = Digest::of(&wasm);
        self.inner.loaded.cell(digest).get_or_try_init(|| self.inner.load_or_compile(digest, wasm)).await?;
        Ok(digest)
    }

    /// The component of this digest: from memory, from the file cache, or compiled from `wasm()`.
    pub async fn load<F, Fut>(&self, digest: Digest, wasm: F) -> Result<Component, LoadError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Option<Bytes>>,
    {
        let cell = self.inner.loaded.cell(digest);
        let component = cell
            .get_or_try_init(|| async {
                if let Some(component) = self.inner.cached(digest).await {
                    return Ok(component);
                }
                let wasm = wasm().await.ok_or(LoadError::Missing(digest))?;
                let actual = Digest::of(&wasm);
                if actual != digest {
                    return Err(LoadError::DigestMismatch { expected: digest, actual });
                }
                Ok(self.inner.load_or_compile(digest, wasm).await?)
            })
            .await?;
        Ok(component.clone())
    }

    /// The component's own description, asked of an instance that is granted nothing.
    pub async fn describe(&self, component: &Component) -> Result<Manifest, DescribeError> {
        let _slot = self.inner.slots.acquire().await.expect("the slots are never closed");
        let text = run::describe(&self.inner.wasmtime, component.pre(), Arc::new(describe::NotGranted), describe::limits()).await?;
        Ok(Manifest::parse(&text)?)
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

impl Inner {
    async fn load_or_compile(self: &Arc<Self>, digest: Digest, wasm: Bytes) -> Result<Component, CompileError> {
        if wasm.len() > self.max_component_bytes {
            return Err(CompileError::TooLarge { size_bytes: wasm.len(), limit_bytes: self.max_component_bytes });
        }
        inspect::inspect(&wasm, &self.compile_limits)?;
        if let Some(component) = self.cached(digest).await {
            return Ok(component);
        }
        let code = {
            let _turn = self.compiling.acquire().await.expect("the semaphore is never closed");
            compile::compile(&self.compiler, &self.compile_limits, &self.wasmtime, wasm).await?
        };
        self.blocking(move |inner| {
            let component = inner.link(digest, &code)?;
            // A run does not need the file, only the next start does.
            if let Err(error) = inner.cache.write(digest, &code) {
                tracing::warn!(%digest, %error, "cannot store a compiled component: it will be compiled again");
            }
            if let Some(Err(error)) = inner.functions.as_ref().map(|functions| functions.save(&inner.cache)) {
                tracing::warn!(%error, "cannot store compiled functions: the next process compiles them again");
            }
            Ok(component)
        })
        .await
    }

    async fn cached(self: &Arc<Self>, digest: Digest) -> Option<Component> {
        self.blocking(move |inner| {
            let code = inner.cache.read(digest)?;
            inner
                .link(digest, &code)
                .inspect_err(|error| {
                    tracing::warn!(%digest, %error, "a compiled component does not load: it is compiled again");
                    inner.cache.remove(digest);
                })
                .ok()
        })
        .await
    }

    /// Files are read and synced, and code is mapped, where no run waits for it.
    async fn blocking<T: Send + 'static>(self: &Arc<Self>, work: impl FnOnce(&Self) -> T + Send + 'static) -> T {
        let inner = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&inner)).await.expect("the work does not panic, and nothing aborts it")
    }

    /// `code` comes from our own compiler, either just now or from a file whose MAC was checked.
    fn link(&self, digest: Digest, code: &[u8]) -> Result<Component, CompileError> {
        let incompatible = |error: wasmtime::Error| CompileError::Incompatible { message: format!("{error:#}") };
        #[expect(unsafe_code, reason = "machine code is trusted by whoever loads it; this is ours: from our compiler or under our MAC")]
        // SAFETY: `code` is the unmodified output of `precompile_component`: every caller has it from the compiler itself or from
        // `Cache::read`, which authenticates the very bytes that it returns.
        let code = unsafe { Code::deserialize(&self.wasmtime, code) };
        // Fails where the component wants more memories, tables or instances than the pool has for one.
        let code = code.map_err(incompatible)?;
        let pre = self.linker.instantiate_pre(&code).map_err(incompatible)?;
        Ok(Component::new(digest, FunctionPre::new(pre).map_err(incompatible)?))
    }
}

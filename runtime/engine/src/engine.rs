//! The engine: one wasmtime engine, one linker, one cache, for the whole process.

use std::sync::Arc;

use bytes::Bytes;
use syncline_host_api::Manifest;
use tokio::sync::Semaphore;

use crate::cache::Cache;
use crate::compile::{self, CompileError, CompiledFunctions};
use crate::loaded::Loaded;
use crate::{
    Call, CompileLimits, Compiler, Completion, Component, DescribeError, Digest, Error, LoadError, Options, Sandbox, config, inspect,
};

/// Compiles, loads and runs components. A cheap handle to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    sandbox: Sandbox,
    cache: Cache,
    loaded: Loaded,
    /// Where they are remembered.
    functions: Option<Arc<CompiledFunctions>>,
    compiler: Compiler,
    compile_limits: CompileLimits,
    max_component_bytes: usize,
    /// One compilation at a time: the other cores belong to the runs.
    compiling: Semaphore,
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
        let sandbox = Sandbox::with_config(&config, instances)?;
        let cache = Cache::open(options.cache_dir.clone(), options.cache_key, sandbox.wasmtime())
            .map_err(|source| Error::CacheDir { path: options.cache_dir, source })?;
        if let Some(functions) = &functions {
            functions.load(&cache);
        }
        sandbox.start_ticker()?;
        let inner = Inner {
            sandbox,
            cache,
            loaded: Loaded::default(),
            functions,
            compiler: options.compiler,
            compile_limits: options.compile_limits,
            max_component_bytes: options.max_component_bytes,
            compiling: Semaphore::new(1),
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

    /// The component's machine code, for a [`Sandbox`] in another process: from the file cache, or compiled from `wasm()`. Nothing of it is
    /// loaded here.
    pub async fn code<F, Fut>(&self, digest: Digest, wasm: F) -> Result<Vec<u8>, LoadError>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Option<Bytes>>,
    {
        let cached = move |inner: &Inner| inner.cache.read(digest);
        if let Some(code) = self.inner.blocking(cached).await {
            return Ok(code);
        }
        let wasm = wasm().await.ok_or(LoadError::Missing(digest))?;
        let actual = Digest::of(&wasm);
        if actual != digest {
            return Err(LoadError::DigestMismatch { expected: digest, actual });
        }
        self.inner.inspect(&wasm)?;
        let code = self.inner.compile(wasm).await?;
        let store = move |inner: &Inner| {
            inner.store(digest, &code);
            code
        };
        Ok(self.inner.blocking(store).await)
    }

    /// The component's own description, asked of an instance that is granted nothing.
    pub async fn describe(&self, component: &Component) -> Result<Manifest, DescribeError> {
        Ok(Manifest::parse(&self.inner.sandbox.describe(component).await?)?)
    }

    /// Runs one function in a fresh instance. Waits for a free slot first; that wait does not count as wall time.
    pub async fn call(&self, component: &Component, call: Call) -> Completion {
        self.inner.sandbox.call(component, call).await
    }
}

impl Inner {
    async fn load_or_compile(self: &Arc<Self>, digest: Digest, wasm: Bytes) -> Result<Component, CompileError> {
        self.inspect(&wasm)?;
        if let Some(component) = self.cached(digest).await {
            return Ok(component);
        }
        let code = self.compile(wasm).await?;
        self.blocking(move |inner| {
            let component = inner.link(digest, &code)?;
            inner.store(digest, &code);
            Ok(component)
        })
        .await
    }

    fn inspect(&self, wasm: &[u8]) -> Result<(), CompileError> {
        if wasm.len() > self.max_component_bytes {
            return Err(CompileError::TooLarge { size_bytes: wasm.len(), limit_bytes: self.max_component_bytes });
        }
        inspect::inspect(wasm, &self.compile_limits)
    }

    async fn compile(&self, wasm: Bytes) -> Result<Vec<u8>, CompileError> {
        let _turn = self.compiling.acquire().await.expect("the semaphore is never closed");
        compile::compile(&self.compiler, &self.compile_limits, self.sandbox.wasmtime(), wasm).await
    }

    /// A run does not need the file, only the next start does.
    fn store(&self, digest: Digest, code: &[u8]) {
        if let Err(error) = self.cache.write(digest, code) {
            tracing::warn!(%digest, %error, "cannot store a compiled component: it will be compiled again");
        }
        if let Some(Err(error)) = self.functions.as_ref().map(|functions| functions.save(&self.cache)) {
            tracing::warn!(%error, "cannot store compiled functions: the next process compiles them again");
        }
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
        #[expect(unsafe_code, reason = "machine code is trusted by whoever loads it; this is ours: from our compiler or under our MAC")]
        // SAFETY: `code` is the unmodified output of `precompile_component`: every caller has it from the compiler itself or from
        // `Cache::read`, which authenticates the very bytes that it returns.
        unsafe {
            self.sandbox.load(digest, code)
        }
    }
}

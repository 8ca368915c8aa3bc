//! Functions that come with the server, ready to be deployed to an integration.

use std::sync::Arc;

use bytes::Bytes;
use syncline_domain::{ComponentSource, Digest, FunctionDefinition, FunctionRunner, RunnerError};
use tokio::sync::OnceCell;

/// A component that comes with the server.
#[derive(Clone, Debug)]
pub struct Template {
    /// Keys of the providers that its functions are written for.
    pub providers: &'static [&'static str],
    /// The .wasm file.
    pub wasm: &'static [u8],
}

/// One of a template's functions.
#[derive(Debug)]
pub(crate) struct TemplateFunction {
    pub(crate) definition: FunctionDefinition,
    pub(crate) digest: Digest,
    pub(crate) build: String,
    pub(crate) wasm: Bytes,
    providers: &'static [&'static str],
}

/// The templates. Their components are asked what they hold when somebody first wants to know: compiling takes a moment, and most servers
/// never need it.
pub(crate) struct Templates {
    components: Vec<Template>,
    functions: OnceCell<Arc<Vec<TemplateFunction>>>,
}

impl Templates {
    pub(crate) fn new(components: Vec<Template>) -> Self {
        Self { components, functions: OnceCell::new() }
    }

    /// Every function, in the order of the components.
    pub(crate) async fn all(&self, runner: &dyn FunctionRunner) -> Result<Arc<Vec<TemplateFunction>>, RunnerError> {
        let inspected = self.functions.get_or_try_init(|| async {
            let mut functions = Vec::new();
            for Template { providers, wasm } in &self.components {
                let wasm = Bytes::from_static(wasm);
                let deployment = runner.inspect(ComponentSource { wasm: wasm.clone() }).await?;
                let (digest, build) = (deployment.digest, deployment.build);
                let of = |definition| TemplateFunction { definition, digest, build: build.clone(), wasm: wasm.clone(), providers };
                functions.extend(deployment.functions.into_iter().map(of));
            }
            Ok(Arc::new(functions))
        });
        inspected.await.cloned()
    }
}

impl TemplateFunction {
    pub(crate) fn is_for(&self, provider: &str) -> bool {
        self.providers.contains(&provider)
    }
}

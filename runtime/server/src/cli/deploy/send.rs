//! Components on their way to the server, and what they changed there.

use std::path::Path;

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::build::Code;
use crate::cli::client::{Call, Client};

/// A component to deploy.
pub(crate) struct Source {
    integration: Option<String>,
    wasm: Vec<u8>,
    code: Option<Code>,
}

/// What a deployment changed.
#[derive(Deserialize)]
pub(crate) struct Changed {
    pub(crate) functions: Vec<Function>,
    #[serde(default)]
    pub(crate) deleted: Vec<Function>,
}

/// A function of the deployment; `change` is empty for a deleted one.
#[derive(Deserialize)]
pub(crate) struct Function {
    pub(crate) integration: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) change: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Changed,
}

impl Source {
    /// A .wasm in memory.
    pub(crate) fn new(wasm: Vec<u8>, integration: Option<String>) -> Self {
        Self { integration, wasm, code: None }
    }

    /// With what it was built from.
    pub(crate) fn with_code(self, code: Option<Code>) -> Self {
        Self { code, ..self }
    }

    /// A .wasm file.
    pub(crate) fn read(path: &Path, integration: Option<String>) -> anyhow::Result<Self> {
        let wasm = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(Self::new(wasm, integration))
    }
}

/// Deploys all of them or none.
pub(crate) async fn send(client: &Client, sources: &[Source]) -> anyhow::Result<(String, Changed)> {
    let component = |source: &Source| {
        let mut component = json!({ "wasm": STANDARD.encode(&source.wasm) });
        if let Some(integration) = &source.integration {
            component["integration"] = integration.as_str().into();
        }
        if let Some(code) = &source.code {
            component["source"] = json!({ "language": code.language, "code": code.text });
        }
        component
    };
    let components: Vec<Value> = sources.iter().map(component).collect();
    let text = client.text(Call::post(["deployments"], &json!({ "components": components }))).await?;
    let answer: Answer = serde_json::from_str(&text).context("the server's answer to the deployment is not understood")?;
    Ok((text, answer.data))
}

//! Components on their way to the server. They are named first, and sent only where the server does not have them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use syncline_domain::Digest;

use super::changes::{Answer, Changed};
use crate::cli::build::Code;
use crate::cli::client::{Call, Client, ClientError};

/// The server may forget components between an answer and the next question, but not for ever.
const ATTEMPTS: u32 = 4;

/// A component to deploy.
pub(crate) struct Source {
    integration: Option<String>,
    wasm: Vec<u8>,
    /// Where it is not known by its bytes.
    build: Option<String>,
    code: Option<Code>,
}

/// The server's `{"data": {"needed": [..], "changes": {..}}}`.
#[derive(Deserialize)]
struct Plan {
    data: Planned,
}

#[derive(Deserialize)]
struct Planned {
    needed: Vec<usize>,
    changes: Option<Changed>,
}

/// Of 409 `component_needed`.
#[derive(Deserialize)]
struct Needed {
    error: NeededError,
}

#[derive(Deserialize)]
struct NeededError {
    payload: NeededPayload,
}

#[derive(Deserialize)]
struct NeededPayload {
    needed: Vec<usize>,
}

impl Source {
    /// A .wasm in memory.
    pub(crate) fn new(wasm: Vec<u8>, integration: Option<String>) -> Self {
        Self { integration, wasm, build: None, code: None }
    }

    /// Known by what its builder says that it was built from, because two builds of that may have different bytes.
    pub(crate) fn with_build(self, build: Option<String>) -> Self {
        Self { build, ..self }
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

    fn json(&self, whole: bool) -> Value {
        let mut component = match &self.build {
            _ if whole => json!({ "wasm": STANDARD.encode(&self.wasm) }),
            Some(build) => json!({ "build": build }),
            None => json!({ "digest": Digest(Sha256::digest(&self.wasm).into()).to_string() }),
        };
        if let Some(integration) = &self.integration {
            component["integration"] = integration.as_str().into();
        }
        if let Some(code) = &self.code {
            component["source"] = json!({ "language": code.language, "code": code.text });
        }
        component
    }
}

/// Deploys all of them or none; refused with `destructive_deployment` where functions or models would go and may not.
pub(crate) async fn send(client: &Client, sources: &[Source], allow_destructive: bool) -> anyhow::Result<(String, Changed)> {
    let mut sent = BTreeSet::new();
    let mut attempts = 0;
    let text = loop {
        attempts += 1;
        let body = json!({ "components": components(sources, &sent), "allow_destructive": allow_destructive });
        match client.text(Call::post(["deployments"], &body)).await {
            Err(error) if attempts < ATTEMPTS => match needed(&error) {
                Some(needed) => sent.extend(needed),
                None => return Err(error.into()),
            },
            other => break other?,
        }
    };
    let answer: Answer = serde_json::from_str(&text).context("the server's answer to the deployment is not understood")?;
    Ok((text, answer.data))
}

/// Asks what deploying them would change; the server writes nothing.
pub(super) async fn plan(client: &Client, sources: &[Source]) -> anyhow::Result<(String, Changed)> {
    let mut sent = BTreeSet::new();
    for _ in 0..ATTEMPTS {
        let text = client.text(Call::post(["deployments", "plan"], &json!({ "components": components(sources, &sent) }))).await?;
        let plan: Plan = serde_json::from_str(&text).context("the server's plan is not understood")?;
        if let Some(changes) = plan.data.changes {
            return Ok((text, changes));
        }
        sent.extend(plan.data.needed);
    }
    anyhow::bail!("the server asks for the same components again and again; try again")
}

fn components(sources: &[Source], sent: &BTreeSet<usize>) -> Vec<Value> {
    sources.iter().enumerate().map(|(index, source)| source.json(sent.contains(&index))).collect()
}

fn needed(error: &ClientError) -> Option<Vec<usize>> {
    match error {
        ClientError::Refused { code, body, .. } if code == "component_needed" => {
            serde_json::from_str(body).ok().map(|Needed { error }| error.payload.needed)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_named_before_it_is_sent() {
        let code = Code { language: "rust", text: "fn a() {}".to_owned() };
        let source = Source::new(b"\0asm".to_vec(), Some("github".to_owned())).with_code(Some(code));
        let named = source.json(false);
        assert_eq!(named["digest"], "cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f");
        assert!(named.get("wasm").is_none() && named["integration"] == "github" && named["source"]["language"] == "rust", "{named}");
        assert_eq!(source.json(true)["wasm"], "AGFzbQ==");
        assert!(source.json(true).get("digest").is_none());
        let build = "0".repeat(64);
        let source = source.with_build(Some(build.clone()));
        assert_eq!((&source.json(false)["build"], source.json(false).get("digest")), (&json!(build), None));
    }
}

//! The builder of TypeScript as a companion of `syncline dev`: its bundles and parsed files stay warm between saves.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::typescript::{Answer, outcome};
use super::{Diagnostic, Outcome, Toolchain, node, types};

/// The program, once started.
pub(crate) struct Companion {
    child: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    project: PathBuf,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    /// Follows a build that succeeded, unless another one came first.
    Types {
        types: Types,
    },
    Build(Answer),
}

#[derive(Deserialize)]
struct Types {
    errors: Vec<Diagnostic>,
}

impl Companion {
    pub(crate) async fn start(project: &Path, toolchain: &Toolchain) -> anyhow::Result<Self> {
        types::write_types(project)?;
        let (mut node, builder) = (node::node().await?, toolchain.builder().await?);
        let mut child = node
            .arg(builder)
            .arg("watch")
            .arg(project)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("node could not be started")?;
        let (requests, stdout) = (child.stdin.take().expect("piped above"), child.stdout.take().expect("piped above"));
        Ok(Self { child, requests, answers: BufReader::new(stdout).lines(), project: project.to_owned() })
    }

    /// Builds these integrations, or all; types are checked afterwards.
    pub(crate) async fn build(&mut self, integrations: Option<&[String]>) -> anyhow::Result<Outcome> {
        let mut request = json!({ "build": integrations }).to_string();
        request.push('\n');
        self.requests.write_all(request.as_bytes()).await.context("the builder of TypeScript takes no requests any more")?;
        loop {
            if let Line::Build(answer) = self.line().await? {
                return Ok(outcome(answer, &self.project));
            }
        }
    }

    /// What the type checker says of the last build. Can be given up and asked for again.
    pub(crate) async fn types(&mut self) -> anyhow::Result<Vec<Diagnostic>> {
        loop {
            if let Line::Types { types } = self.line().await? {
                return Ok(types.errors);
            }
        }
    }

    async fn line(&mut self) -> anyhow::Result<Line> {
        let Some(line) = self.answers.next_line().await.context("the answer of TypeScript's builder cannot be read")? else {
            let status = self.child.wait().await.context("the builder of TypeScript cannot be waited for")?;
            bail!("the builder of TypeScript ended ({status}); what it said is above");
        };
        serde_json::from_str(&line).with_context(|| format!("the builder of TypeScript said `{line}`"))
    }
}

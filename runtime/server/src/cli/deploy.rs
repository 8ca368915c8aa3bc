//! `syncline deploy`: from source or a .wasm to functions that run.

mod changes;
mod confirm;
mod send;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::build::{self, Toolchain};
use super::remote::Remote;

pub(crate) use changes::{Answer, Changed};
pub(crate) use confirm::confirm;
pub(crate) use send::{Source, send};

#[derive(Args)]
pub(super) struct Deploy {
    #[command(flatten)]
    remote: Remote,
    /// A project in TypeScript, a crate (built with cargo), a folder of both, or a .wasm file; several are deployed together or not at all
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The integration's key; the one that the component names by default
    #[arg(long, value_name = "KEY")]
    integration: Option<String>,
    /// Do not send the source along; without this flag, whoever may read functions finds it in the API
    #[arg(long)]
    no_source: bool,
    /// Only show what would change; nothing is deployed
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: exit with 6 where something would change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,
    /// Let functions go that the integration's components do not hold any more, and models that no function saves any more. Without it a
    /// person at the terminal is asked, and a program refused
    #[arg(long)]
    allow_destructive: bool,
    #[command(flatten)]
    toolchain: Toolchain,
}

impl Deploy {
    pub(super) async fn execute(self) -> anyhow::Result<ExitCode> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let mut sources = Vec::new();
        for path in &self.paths {
            for built in build::project(path, &self.toolchain).await? {
                let code = built.code.filter(|_| !self.no_source);
                sources.push(Source::read(&built.wasm, self.integration.clone())?.with_build(built.build).with_code(code));
            }
        }
        if self.dry_run {
            let (text, changed) = send::plan(&client, &sources).await?;
            changed.print(output, &text)?;
            return Ok(changed.conclude_dry_run(self.exit_code, output)?);
        }
        let sent = match send(&client, &sources, self.allow_destructive).await {
            Err(error) if !self.allow_destructive => match Changed::of_refusal(&error) {
                Some(changed) => {
                    confirm(&changed, output, error)?;
                    send(&client, &sources, true).await
                }
                None => Err(error),
            },
            other => other,
        };
        let (text, changed) = sent?;
        changed.print(output, &text)?;
        changed.conclude(output)?;
        Ok(ExitCode::SUCCESS)
    }
}

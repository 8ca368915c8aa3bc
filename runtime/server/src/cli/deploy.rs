//! `syncline deploy`: from source or a .wasm to functions that run.

mod changes;
mod confirm;
mod consent;
mod send;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::build::{self, Toolchain};
use super::remote::Remote;

pub(crate) use changes::{Answer, Changed};
pub(crate) use consent::Consent;
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
    #[command(flatten)]
    consent: Consent,
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
        let dry_run = self.consent.dry_run;
        let attempt = async |allow_destructive| {
            if dry_run { send::plan(&client, &sources).await } else { send(&client, &sources, allow_destructive).await }
        };
        self.consent.send(output, attempt).await
    }
}

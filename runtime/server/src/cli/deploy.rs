//! `syncline deploy`: from source or a .wasm to functions that run.

mod send;

use std::path::PathBuf;

use clap::Args;

use super::build::{self, Toolchain};
use super::remote::Remote;

pub(crate) use send::{Changed, Source, send};

#[derive(Args)]
pub(super) struct Deploy {
    #[command(flatten)]
    remote: Remote,
    /// A project in TypeScript, a crate (built with cargo), a folder of both, or a .wasm file; several are deployed together or not at all
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The integration's key; the one that the component names by default
    #[arg(long, value_name = "KEY")]
    integration: Option<String>,
    /// Do not send the source along; without this flag, whoever may read functions finds it in the API
    #[arg(long)]
    no_source: bool,
    #[command(flatten)]
    toolchain: Toolchain,
}

impl Deploy {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let mut sources = Vec::new();
        for path in &self.paths {
            for built in build::project(path, &self.toolchain).await? {
                let code = built.code.filter(|_| !self.no_source);
                sources.push(Source::read(&built.wasm, self.integration.clone())?.with_code(code));
            }
        }
        let (text, changed) = send(&client, &sources).await?;
        let Changed { functions, deleted } = changed;
        let mut rows: Vec<Vec<String>> =
            functions.into_iter().map(|function| vec![function.change, function.integration, function.name, function.kind]).collect();
        rows.extend(deleted.into_iter().map(|gone| vec!["deleted".to_owned(), gone.integration, gone.name, gone.kind]));
        output.list(&text, &["change", "integration", "function", "type"], rows, "The component has no functions.")?;
        Ok(())
    }
}

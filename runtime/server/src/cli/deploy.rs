//! `syncline deploy`: from source or a .wasm to functions that run.

mod build;
mod send;

use std::path::PathBuf;

use clap::Args;

use super::remote::Remote;

pub(crate) use send::{Changed, Source, send};

#[derive(Args)]
pub(super) struct Deploy {
    #[command(flatten)]
    remote: Remote,
    /// A crate (built with cargo), a folder of crates, or a .wasm file; several are deployed together or not at all
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The integration's key; the one that the component names by default
    #[arg(long, value_name = "KEY")]
    integration: Option<String>,
}

impl Deploy {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let mut sources = Vec::new();
        for path in &self.paths {
            for wasm in build::components(path).await? {
                sources.push(Source::read(&wasm, self.integration.clone())?);
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

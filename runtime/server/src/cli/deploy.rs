//! `syncline deploy`: from source or a .wasm to functions that run.

mod build;
mod send;
mod source;

use std::path::PathBuf;

use clap::Args;

use super::remote::Remote;

use build::Built;
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
    /// Do not send the crate's source along; without this flag, whoever may read functions finds it in the API
    #[arg(long)]
    no_source: bool,
}

impl Deploy {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let (client, output) = (self.remote.client()?, self.remote.output());
        let mut sources = Vec::new();
        for path in &self.paths {
            for Built { wasm, folder } in build::components(path).await? {
                let code = folder.filter(|_| !self.no_source).and_then(|folder| source::of_crate(&folder));
                sources.push(Source::read(&wasm, self.integration.clone())?.with_code(code));
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

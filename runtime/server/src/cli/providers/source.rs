//! Where the entries come from.

use std::path::PathBuf;

use clap::Args;
use syncline_providers::Catalogue;

use crate::catalogue::{self, Own};

const HEADING: &str = "Catalogue";

#[derive(Args)]
pub(super) struct Source {
    /// Ask the server instead of reading the catalogue of this program
    #[arg(long, global = true, help_heading = HEADING)]
    pub(super) remote: bool,
    /// Your own entries: a folder of files. They replace shipped ones of the same key
    #[arg(long, global = true, env = "SYNCLINE_PROVIDERS_DIR", value_name = "DIR", help_heading = HEADING)]
    providers_dir: Option<PathBuf>,
    /// Further providers: a file in the format of Nango's providers.yaml
    #[arg(long, global = true, env = "SYNCLINE_PROVIDERS", value_name = "FILE", help_heading = HEADING)]
    providers: Option<PathBuf>,
}

impl Source {
    /// Without a server.
    pub(super) fn catalogue(&self) -> anyhow::Result<Catalogue> {
        catalogue::load(Own { folder: self.providers_dir.as_deref(), file: self.providers.as_deref() })
    }
}

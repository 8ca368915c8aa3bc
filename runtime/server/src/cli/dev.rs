//! `syncline dev`: a server on the author's machine that holds what the project's files say, a moment after they are saved.
//!
//! ```text
//! watch ──changed files──▶ parts (integrations, crates) ──▶ build ──▶ deploy to the server in this process ──▶ tests
//!                                                             └─ broken: said, and the last good version stays
//! ```

mod catalogue;
mod cycle;
mod integrations;
mod parts;
mod report;
mod server;
mod store;
mod watch;

use std::path::{Path, PathBuf};

use clap::Args;

use super::build::Toolchain;
use super::project;
use crate::config::{ConfigError, LogFormat};
use crate::{log, signal};

use catalogue::Replacement;
use cycle::Cycle;
use parts::Parts;
use report::Report;
use server::Server;
use store::Place;
use watch::Watch;

#[derive(Args)]
pub(super) struct Dev {
    /// The project: TypeScript functions, crates of functions, or both
    #[arg(default_value = ".", value_name = "DIR")]
    folder: PathBuf,
    /// The server's port on this machine; 0 takes a free one
    #[arg(long, default_value_t = 3003)]
    port: u16,
    /// Where connections and records are kept: `memory` for a temporary folder that goes with this command, or a folder that stays, such as
    /// .syncline/dev
    #[arg(long, default_value = "memory", value_name = "memory|DIR")]
    store: Place,
    /// Send requests to a provider elsewhere, such as to a stand-in: github=http://127.0.0.1:4000
    #[arg(long = "provider-url", value_name = "PROVIDER=URL")]
    provider_urls: Vec<Replacement>,
    /// Folder with provider entries of your own (*.yaml)
    #[arg(long, env = "SYNCLINE_PROVIDERS_DIR", value_name = "DIR")]
    providers_dir: Option<PathBuf>,
    /// File with further providers, in the format of Nango's providers.yaml
    #[arg(long, env = "SYNCLINE_PROVIDERS", value_name = "FILE")]
    providers: Option<PathBuf>,
    /// Do not replay the recordings of what changed
    #[arg(long)]
    no_test: bool,
    /// Show what each change cost: build, compilation, deployment
    #[arg(long)]
    timings: bool,
    /// What the server logs meanwhile, on stderr
    #[arg(long, env = "SYNCLINE_LOG", default_value = "warn", value_name = "FILTER")]
    log: String,
    #[command(flatten)]
    toolchain: Toolchain,
}

impl Dev {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        log::start(LogFormat::Text, &self.log, None);
        let folder = folder(&self.folder)?;
        project::prepare(&folder)?;
        // First, so that nothing that is saved meanwhile is missed.
        let mut watch = Watch::begin(&folder)?;
        let server = tokio::select! {
            biased;
            () = signal::stop_requested() => return Ok(()),
            server = Server::start(&folder, &self) => server?,
        };
        server.welcome();
        let worked = tokio::select! {
            biased;
            () = signal::stop_requested() => Ok(()),
            worked = self.follow(&folder, &server, &mut watch) => worked,
        };
        eprintln!("Stopping. Press Ctrl-C again to stop at once.");
        let stopped = tokio::select! {
            stopped = server.stop() => stopped,
            () = signal::stop_requested() => Ok(()),
        };
        worked.and(stopped)
    }

    /// Until the watch breaks.
    async fn follow(&self, folder: &Path, server: &Server, watch: &mut Watch) -> anyhow::Result<()> {
        let report = Report { timings: self.timings };
        let mut cycle = Cycle::new(folder, server, &self.toolchain, report, !self.no_test);
        println!("\nBuilding {}", folder.display());
        cycle.turn(&Parts::all(), None).await?;
        println!("\nWatching {}. Stop with Ctrl-C.", folder.display());
        loop {
            tokio::select! {
                changed = watch.changed() => {
                    let changed = changed?;
                    cycle.turn(&Parts::of(folder, &changed.paths), Some(&changed)).await?;
                }
                types = cycle.types() => report.types(&types, folder),
            }
        }
    }
}

/// As the system names it, so that what it says of changed files can be compared.
fn folder(given: &Path) -> anyhow::Result<PathBuf> {
    let folder = given.canonicalize().map_err(|error| ConfigError::new(format!("{}: {error}", given.display())))?;
    if !folder.is_dir() {
        return Err(ConfigError::new(format!("{} is no folder", given.display())).into());
    }
    Ok(folder)
}

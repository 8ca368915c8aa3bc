//! `syncline demo`: the whole way on one machine, without network, and every figure checked against the source.

mod cache;
pub mod github;
mod report;
mod tour;

use std::process::ExitCode;

use clap::Args;

use crate::config::LogFormat;
use crate::{log, signal};

/// The component of `functions/github`, built with this program.
pub const GITHUB_COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/github.wasm"));

/// A figure differed, or a step failed.
const DIFFERED: u8 = 4;

#[derive(Args)]
pub(crate) struct Demo {
    /// End after the tour; the exit code tells whether everything was as it should be
    #[arg(long)]
    exit: bool,
    /// The server's port; a free one by default
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What the server logs meanwhile, on stderr
    #[arg(long, env = "SYNCLINE_LOG", default_value = "warn", value_name = "FILTER")]
    log: String,
}

impl Demo {
    pub(crate) async fn execute(self) -> anyhow::Result<ExitCode> {
        log::start(LogFormat::Text, &self.log, None);
        let tour = tokio::select! {
            // First: an interrupted tour drops its servers and its folder.
            biased;
            () = signal::stop_requested() => return Ok(ExitCode::from(DIFFERED)),
            tour = tour::take(self.port) => tour?,
        };
        let code = if tour.as_it_should() { ExitCode::SUCCESS } else { ExitCode::from(DIFFERED) };
        if !self.exit {
            tour.invite();
            signal::stop_requested().await;
        }
        tour.end().await?;
        Ok(code)
    }
}

//! `syncline serve`: the server, until it is told to stop.

use std::io::IsTerminal;
use std::sync::Arc;

use clap::Args;
use syncline_domain::SystemClock;

use crate::compose::{self, Node, Options};
use crate::config::{ApiKeys, Configuration, Keys, Settings};
use crate::telemetry::Telemetry;
use crate::{log, signal};

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    pub(super) async fn execute(self) -> anyhow::Result<()> {
        let configuration = Configuration::resolve(self.settings)?;
        let keys = Keys::prepare(&configuration)?;
        let mut options = Options::new(configuration.clone(), keys.clone(), Arc::new(SystemClock))?;
        let mut telemetry = Telemetry::start(configuration.collector.as_ref(), &options.worker.owner)?;
        log::start(configuration.log_format, &configuration.log, telemetry.layer());
        signal::outlive_file_limits();
        options.traces = telemetry.traces();
        let node = compose::start(options).await?;
        welcome(&node, &configuration, &keys);
        signal::stop_requested().await;
        eprintln!("Stopping: runs go to their next checkpoint. Press Ctrl-C again to stop at once.");
        let stop = async {
            let stopped = node.stop().await;
            telemetry.stop().await;
            stopped
        };
        tokio::select! {
            stopped = stop => stopped,
            // The leases of what was under way expire, and another start takes the runs up at their checkpoints.
            () = signal::stop_requested() => Ok(()),
        }
    }
}

/// On stderr, as the log: stdout is for results.
fn welcome(node: &Node, configuration: &Configuration, keys: &Keys) {
    eprintln!("Syncline {} is ready", env!("CARGO_PKG_VERSION"));
    eprintln!("  API         {}", node.shown_url());
    eprintln!("  console     {}/console", node.shown_url());
    if let Some(code) = node.setup_code() {
        eprintln!("  setup code  {}: open the console and set its password with it", code.expose());
    }
    eprintln!("  database    {} ({:?})", configuration.database().kind(), configuration.database());
    eprintln!("  data        {}", configuration.data_dir.display());
    match &keys.api_keys_file {
        Some(path) => eprintln!("  API keys    {} (commands on this machine find them there)", path.display()),
        None => eprintln!("  API keys    given by the configuration"),
    }
    match &keys.account_key_file {
        Some(path) => eprintln!("  account key {}", path.display()),
        None => eprintln!("  account key given by the configuration"),
    }
    for path in &keys.made {
        eprintln!("  new         {} was made, readable by you only; keep a copy of it", path.display());
    }
    // Once, and to a person only: a service manager would keep them in its journal.
    if keys.made.contains(&ApiKeys::path(&configuration.data_dir)) && std::io::stderr().is_terminal() {
        eprintln!("  dev key     {}\n  prod key    {}", keys.dev.expose(), keys.prod.expose());
    }
    if configuration.allow_private_network {
        eprintln!("  warning     functions and the proxy may reach private networks (SYNCLINE_ALLOW_PRIVATE_NETWORK): development only");
    }
    eprintln!("Next: `syncline integrations create github`, `syncline deploy PATH`. Stop with Ctrl-C.");
}

//! The server in this process, with its console.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use syncline_domain::SystemClock;
use syncline_engine::Engine;

use super::store::Data;
use super::{Dev, catalogue};
use crate::catalogue::Own;
use crate::cli::client::Client;
use crate::cli::{local, project};
use crate::compose::{self, Node, Options};
use crate::config::{self, Configuration, Keys, Settings};

pub(super) struct Server {
    pub(super) node: Node,
    pub(super) client: Client,
    /// The one that the server's functions run on, with what it has compiled.
    pub(super) engine: Engine,
    data: Data,
    password: String,
    began: Instant,
}

impl Server {
    pub(super) async fn start(folder: &Path, asked: &Dev) -> anyhow::Result<Self> {
        let began = Instant::now();
        let data = Data::at(&asked.store)?;
        let providers = data.path().join("providers");
        let (providers_dir, providers) = if asked.provider_urls.is_empty() {
            (asked.providers_dir.clone(), asked.providers.clone())
        } else {
            let own = Own { folder: asked.providers_dir.as_deref(), file: asked.providers.as_deref() };
            catalogue::write(&providers, own, &asked.provider_urls)?;
            (Some(providers), None)
        };
        // The keys stay with the project: commands in its folder find them where a server of that folder keeps them, at every start the same.
        let own = project::prepare(folder)?;
        let local = config::local_keys(&own)?;
        let settings = Settings {
            data_dir: Some(data.path().to_owned()),
            listen: Some(([127, 0, 0, 1], asked.port).into()),
            // Whoever writes functions calls stand-ins and services on their own machine.
            allow_private_network: Some(true),
            // As many as the engine of an author's machine has instances for, actions that call others included.
            max_concurrent_runs: Some(local::INSTANCES / 2),
            providers_dir,
            providers,
            ..Settings::default()
        };
        let mut configuration = Configuration::resolve(settings)?;
        configuration.secret_key_dev = Some(local.dev);
        configuration.secret_key_prod = Some(local.prod);
        configuration.account_key = Some(local.account);
        configuration.console_password = Some(local.console_password.clone());
        let keys = Keys::prepare(&configuration)?;
        let engine = local::engine(folder)?;
        let mut options = Options::new(configuration, keys.clone(), Arc::new(SystemClock))?;
        options.engine = Some(engine.clone());
        let node = compose::start(options).await.context("the server did not start (`--port` of `syncline dev` chooses the port)")?;
        let client = Client::new(node.url().clone(), keys.dev.clone())?;
        Ok(Self { node, client, engine, data, password: local.console_password.expose().to_owned(), began })
    }

    /// On stdout: it is what the command was called for.
    pub(super) fn welcome(&self) {
        let url = self.node.shown_url();
        println!("Syncline {} for development, after {} ms", env!("CARGO_PKG_VERSION"), self.began.elapsed().as_millis());
        println!("  API       {url}");
        println!("  console   {url}/console   password {}", self.password);
        match &self.data {
            Data::Temporary(folder) => {
                println!("  data      {}, deleted at the end; --store .syncline/dev keeps it", folder.path().display());
            }
            Data::Folder(folder) => println!("  data      {}", folder.display()),
        }
        println!("  keys      in .syncline: commands in the project's folder find them");
        if self.node.address().port() != 3003 {
            println!("  commands  need SYNCLINE_SERVER={url}");
        }
        println!("  network   functions may reach this machine and private networks; `syncline serve` does not let them");
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        let stopped = self.node.stop().await;
        self.data.close()?;
        stopped
    }
}

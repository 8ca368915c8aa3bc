//! Which server a command speaks to, with which key, and how it prints.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use syncline_domain::Secret;
use url::Url;

use super::client::Client;
use super::output::Output;
use crate::config::{ApiKeys, ConfigError, DEFAULT_DATA_DIR};

const HEADING: &str = "Server";

/// Common to all commands that ask a server.
#[derive(Args, Clone)]
pub(super) struct Remote {
    /// The server's URL
    #[arg(long, global = true, env = "SYNCLINE_SERVER", default_value = "http://127.0.0.1:3003", value_name = "URL", help_heading = HEADING)]
    server: Url,
    /// The API key. Better given as SYNCLINE_SECRET_KEY_DEV or _PROD: others on this machine can see arguments. Without it, the
    /// file that the server left in its data directory is read
    #[arg(long, global = true, value_name = "KEY", help_heading = HEADING)]
    api_key: Option<String>,
    /// Whose key to use
    #[arg(long, global = true, env = "SYNCLINE_ENVIRONMENT", value_enum, default_value_t = Environment::Dev, help_heading = HEADING)]
    environment: Environment,
    /// The server's data directory, where it keeps the keys that it made
    #[arg(long, global = true, env = "SYNCLINE_DATA_DIR", default_value = DEFAULT_DATA_DIR, value_name = "DIR", help_heading = HEADING)]
    data_dir: PathBuf,
    /// The key of dev
    #[arg(long, hide = true, global = true, env = "SYNCLINE_SECRET_KEY_DEV", hide_env_values = true)]
    secret_key_dev: Option<String>,
    /// The key of prod
    #[arg(long, hide = true, global = true, env = "SYNCLINE_SECRET_KEY_PROD", hide_env_values = true)]
    secret_key_prod: Option<String>,
    /// One JSON document on stdout, for programs
    #[arg(long, global = true, help_heading = HEADING)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Environment {
    /// For development
    Dev,
    /// For production
    Prod,
}

impl Remote {
    pub(super) fn client(&self) -> anyhow::Result<Client> {
        if !matches!(self.server.scheme(), "http" | "https") {
            let problem = format!("--server is `{}`; it must begin with http:// or https://", self.server);
            return Err(ConfigError::new(problem).into());
        }
        Client::new(self.server.clone(), self.key()?).context("the HTTP client could not be made")
    }

    /// Of the key.
    pub(super) fn environment_name(&self) -> &'static str {
        match self.environment {
            Environment::Dev => "dev",
            Environment::Prod => "prod",
        }
    }

    pub(super) fn output(&self) -> Output {
        Output::new(self.json)
    }

    /// Argument, then environment variable, then the file of a server on this machine.
    fn key(&self) -> anyhow::Result<Secret> {
        let (given, name) = match self.environment {
            Environment::Dev => (&self.secret_key_dev, "dev"),
            Environment::Prod => (&self.secret_key_prod, "prod"),
        };
        if let Some(key) = self.api_key.as_ref().or(given.as_ref()) {
            return Ok(Secret::new(key.trim()));
        }
        let path = ApiKeys::path(&self.data_dir);
        ApiKeys::read(&path)?.and_then(|keys| keys.get(name).cloned()).ok_or_else(|| {
            let variable = name.to_uppercase();
            let problem = format!(
                "no API key: set SYNCLINE_SECRET_KEY_{variable}, or point --data-dir to the data directory of a server on this machine \
                 (there is none at {})",
                path.display()
            );
            ConfigError::new(problem).into()
        })
    }
}

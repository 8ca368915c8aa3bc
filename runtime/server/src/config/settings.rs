//! Every setting, as it may be given.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, ValueEnum};
use serde::Deserialize;
use url::Url;

use super::{ApiKeySetting, ConfigError, Hidden};

/// Where a server keeps everything that it makes, unless told otherwise.
pub const DEFAULT_DATA_DIR: &str = "./.syncline";

const KEYS: &str = "Keys (made at first start and kept in the data directory where they are not given)";

/// One definition for the command line, the environment and the file: the names in the file are the flags', with `_` for `-`.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// TOML file with any of these settings, named as the flags with `_` for `-`. Flags and environment win over it
    #[arg(long, env = "SYNCLINE_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Address and port of the API [default: 127.0.0.1:3003]
    #[arg(long, env = "SYNCLINE_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Where clients reach this server, behind a reverse proxy for example [default: http:// and the listening address]
    #[arg(long, env = "SYNCLINE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
    /// sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: syncline.db in the data directory]
    #[arg(long, env = "SYNCLINE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<Hidden>,
    /// Connections to the database at most [default: 10]
    #[arg(long, env = "SYNCLINE_DATABASE_CONNECTIONS", value_name = "N")]
    pub database_connections: Option<u32>,
    /// For the SQLite database, compiled components and the keys that were made here; kept readable by its owner only
    /// [default: ./.syncline]
    #[arg(long, env = "SYNCLINE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Folder with provider entries of your own (*.yaml); one with a known key replaces the shipped entry
    #[arg(long, env = "SYNCLINE_PROVIDERS_DIR", value_name = "DIR")]
    pub providers_dir: Option<PathBuf>,
    /// File with further providers in the format of Nango's providers.yaml; one with a known key replaces the shipped entry, and no key may
    /// stand in the folder too
    #[arg(long, env = "SYNCLINE_PROVIDERS", value_name = "FILE")]
    pub providers: Option<PathBuf>,
    /// Let functions and the proxy reach loopback and private addresses. For development only: with it, whoever can deploy a function
    /// or call the proxy reaches your internal network
    #[arg(long, env = "SYNCLINE_ALLOW_PRIVATE_NETWORK", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_name = "BOOL", action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub allow_private_network: Option<bool>,
    /// Jobs (runs of syncs and events) under way at once on this node, of which one environment may have all; an eighth more are kept for
    /// environments that have none under way, and as many actions run besides [default: 64]
    #[arg(long, env = "SYNCLINE_MAX_CONCURRENT_RUNS", value_name = "N")]
    pub max_concurrent_runs: Option<u32>,
    /// Runs of one environment under way at once, on all nodes together: syncs, events and asynchronous actions; 0 for no limit [default: 0]
    #[arg(long, env = "SYNCLINE_MAX_CONCURRENT_RUNS_PER_ENVIRONMENT", value_name = "N")]
    pub max_concurrent_runs_per_environment: Option<u32>,
    /// The same on one connection [default: 0]
    #[arg(long, env = "SYNCLINE_MAX_CONCURRENT_RUNS_PER_CONNECTION", value_name = "N")]
    pub max_concurrent_runs_per_connection: Option<u32>,
    /// The same of one function [default: 0]
    #[arg(long, env = "SYNCLINE_MAX_CONCURRENT_RUNS_PER_FUNCTION", value_name = "N")]
    pub max_concurrent_runs_per_function: Option<u32>,
    /// What this process does, on PostgreSQL: api, scheduler and worker, with commas between them. Each role must be somewhere; any number of
    /// processes may have it [default: all]
    #[arg(long, env = "SYNCLINE_ROLES", value_name = "ROLES")]
    pub roles: Option<String>,
    /// Seconds after which a sync hands over at its next checkpoint and goes on at once as another run [default: 1800]
    #[arg(long, env = "SYNCLINE_SOFT_DEADLINE_SECONDS", value_name = "N")]
    pub soft_deadline_seconds: Option<u32>,
    /// What becomes of a sync that fell due more than a minute ago, because no server ran: run-once runs it now, however often it fell due;
    /// skip waits for its next time [default: run-once]
    #[arg(long, env = "SYNCLINE_MISSED_TICKS", value_enum, value_name = "POLICY")]
    pub missed_ticks: Option<MissedTicks>,
    /// Where functions run. in-process: in the server, inside WebAssembly. process: besides, in a process for each environment that has no
    /// keys, no database, no files and no network, for tenants who do not trust each other; Linux only. process-per-integration: in one for
    /// each integration of an environment [default: in-process]
    #[arg(long, env = "SYNCLINE_ISOLATION", value_enum, value_name = "WHERE", hide_possible_values = true)]
    pub isolation: Option<Isolation>,
    /// Seconds without a sign of life after which a run is given to another worker. After a crash a run waits so long [default: 30]
    #[arg(long, env = "SYNCLINE_LEASE_SECONDS", value_name = "N")]
    pub lease_seconds: Option<u32>,
    /// Seconds for which a server that was asked to stop still answers, so that load balancers, which see 503 at /ready, send no more
    /// [default: 5 with PostgreSQL, 0 with SQLite]
    #[arg(long, env = "SYNCLINE_DRAIN_SECONDS", value_name = "N")]
    pub drain_seconds: Option<u32>,
    /// Another address and port for /metrics, /health and /ready alone, where /metrics needs no token. For a network that only monitors reach
    /// [default: none]
    #[arg(long, env = "SYNCLINE_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// Days for which operations, runs and what they said are kept; 0 for ever [default: 15]
    #[arg(long, env = "SYNCLINE_KEEP_OPERATIONS_DAYS", value_name = "N")]
    pub keep_operations_days: Option<u32>,
    /// Requests a minute to each environment, of which its API keys and its connect sessions each have so many; 0 for no limit
    /// [default: 12000]
    #[arg(long, env = "SYNCLINE_RATE_LIMIT_PER_MINUTE", value_name = "N")]
    pub rate_limit_per_minute: Option<u32>,
    /// Points a minute of an address without a key: a request costs 1, a key that opens nothing 10; 0 for no limit [default: 600]
    #[arg(long, env = "SYNCLINE_RATE_LIMIT_PER_IP_PER_MINUTE", value_name = "N")]
    pub rate_limit_per_ip_per_minute: Option<u32>,
    /// Webhooks a minute that a provider may send to each integration; 0 for no limit [default: 60000]
    #[arg(long, env = "SYNCLINE_WEBHOOK_RATE_LIMIT_PER_MINUTE", value_name = "N")]
    pub webhook_rate_limit_per_minute: Option<u32>,
    /// Reverse proxies whose X-Forwarded-For is believed: networks such as 10.0.0.0/8 and addresses, with commas between them
    /// [default: none]
    #[arg(long, env = "SYNCLINE_TRUSTED_PROXIES", value_name = "NETWORKS")]
    pub trusted_proxies: Option<String>,
    /// Text for people, json for collectors; on stderr [default: text]
    #[arg(long, env = "SYNCLINE_LOG_FORMAT", value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What to log: error, warn, info, debug, trace, or by target as in `info,syncline_worker=debug` [default: info]
    #[arg(long, env = "SYNCLINE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Collector of OpenTelemetry that takes traces over HTTP, for example http://127.0.0.1:4318. Without it OTEL_EXPORTER_OTLP_ENDPOINT counts;
    /// other variables of OpenTelemetry (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS, ...) hold either way [default: none]
    #[arg(long, env = "SYNCLINE_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<Url>,
    /// Password of the console's first owner, 12 characters or more. Without it, the console's first page sets one, with a code that the server prints
    #[arg(long, env = "SYNCLINE_CONSOLE_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub console_password: Option<Hidden>,
    /// 32 random bytes in base64 (`openssl rand -base64 32`) that encrypt credentials and records. Losing it loses them
    #[arg(long, env = "SYNCLINE_ENCRYPTION_KEY", value_name = "BASE64", hide_env_values = true, help_heading = KEYS)]
    pub encryption_key: Option<Hidden>,
    /// API key of the environment dev: a UUID of version 4
    #[arg(long, env = "SYNCLINE_SECRET_KEY_DEV", value_name = "UUID", hide_env_values = true, help_heading = KEYS)]
    pub secret_key_dev: Option<Hidden>,
    /// API key of the environment prod: a UUID of version 4
    #[arg(long, env = "SYNCLINE_SECRET_KEY_PROD", value_name = "UUID", hide_env_values = true, help_heading = KEYS)]
    pub secret_key_prod: Option<Hidden>,
    /// API key of the account, which makes and deletes environments and their keys: a UUID of version 4
    #[arg(long, env = "SYNCLINE_ACCOUNT_KEY", value_name = "UUID", hide_env_values = true, help_heading = KEYS)]
    pub account_key: Option<Hidden>,
    /// Further API keys of environments, in the file only: `[[api_keys]]` with environment, name, key or key_file, and scopes
    #[arg(skip)]
    pub api_keys: Vec<ApiKeySetting>,
}

/// What becomes of schedules that nobody took in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissedTicks {
    /// One run for all that were missed
    #[default]
    RunOnce,
    /// None
    Skip,
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Where functions run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Isolation {
    /// In the server
    #[default]
    InProcess,
    /// In a process for each environment
    Process,
    /// In a process for each integration of an environment
    ProcessPerIntegration,
}

impl Settings {
    /// Reads `--config`, if one is given, and fills in what neither flags nor environment said.
    pub(super) fn with_file(self) -> Result<Self, ConfigError> {
        let Some(path) = self.config.clone() else { return Ok(self) };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| ConfigError::new(format!("the configuration file {} cannot be read: {error}", path.display())))?;
        Ok(self.or(Self::parse(&text, &path)?))
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| {
            // Not the error's own `Display`: it repeats the line, which may hold a key.
            let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            ConfigError::new(format!("the configuration file {} is wrong at line {line}: {}", path.display(), error.message()))
        })
    }

    fn or(self, file: Self) -> Self {
        Self {
            config: self.config,
            listen: self.listen.or(file.listen),
            public_url: self.public_url.or(file.public_url),
            database_url: self.database_url.or(file.database_url),
            database_connections: self.database_connections.or(file.database_connections),
            data_dir: self.data_dir.or(file.data_dir),
            providers_dir: self.providers_dir.or(file.providers_dir),
            providers: self.providers.or(file.providers),
            allow_private_network: self.allow_private_network.or(file.allow_private_network),
            max_concurrent_runs: self.max_concurrent_runs.or(file.max_concurrent_runs),
            max_concurrent_runs_per_environment: self.max_concurrent_runs_per_environment.or(file.max_concurrent_runs_per_environment),
            max_concurrent_runs_per_connection: self.max_concurrent_runs_per_connection.or(file.max_concurrent_runs_per_connection),
            max_concurrent_runs_per_function: self.max_concurrent_runs_per_function.or(file.max_concurrent_runs_per_function),
            roles: self.roles.or(file.roles),
            soft_deadline_seconds: self.soft_deadline_seconds.or(file.soft_deadline_seconds),
            missed_ticks: self.missed_ticks.or(file.missed_ticks),
            isolation: self.isolation.or(file.isolation),
            lease_seconds: self.lease_seconds.or(file.lease_seconds),
            drain_seconds: self.drain_seconds.or(file.drain_seconds),
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
            keep_operations_days: self.keep_operations_days.or(file.keep_operations_days),
            rate_limit_per_minute: self.rate_limit_per_minute.or(file.rate_limit_per_minute),
            rate_limit_per_ip_per_minute: self.rate_limit_per_ip_per_minute.or(file.rate_limit_per_ip_per_minute),
            webhook_rate_limit_per_minute: self.webhook_rate_limit_per_minute.or(file.webhook_rate_limit_per_minute),
            trusted_proxies: self.trusted_proxies.or(file.trusted_proxies),
            log_format: self.log_format.or(file.log_format),
            log: self.log.or(file.log),
            otlp_endpoint: self.otlp_endpoint.or(file.otlp_endpoint),
            encryption_key: self.encryption_key.or(file.encryption_key),
            secret_key_dev: self.secret_key_dev.or(file.secret_key_dev),
            secret_key_prod: self.secret_key_prod.or(file.secret_key_prod),
            account_key: self.account_key.or(file.account_key),
            api_keys: file.api_keys,
            console_password: self.console_password.or(file.console_password),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{FromArgMatches, Parser};

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        settings: Settings,
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        // Not the process's real environment: tests share it. A value from there arrives in `Settings` as a flag's does.
        let given = Program::try_parse_from(["syncline", "--listen", "127.0.0.1:1", "--allow-private-network"]).unwrap().settings;
        let file = "listen = '127.0.0.1:2'\nlog_format = 'json'\nallow_private_network = false\nmax_concurrent_runs = 7\n";
        let settings = given.or(Settings::parse(file, Path::new("syncline.toml")).unwrap());
        assert_eq!(settings.listen.unwrap().port(), 1);
        assert_eq!(settings.allow_private_network, Some(true));
        assert_eq!(settings.log_format, Some(LogFormat::Json));
        assert_eq!((settings.max_concurrent_runs, settings.database_connections), (Some(7), None));
    }

    #[test]
    fn every_setting_has_its_variable() {
        let command = <Settings as Args>::augment_args(clap::Command::new("syncline"));
        for argument in command.get_arguments() {
            let variable = format!("SYNCLINE_{}", argument.get_id().as_str().to_uppercase());
            assert_eq!(argument.get_env().and_then(|name| name.to_str()), Some(variable.as_str()));
        }
        assert!(Settings::from_arg_matches(&command.get_matches_from(["syncline"])).is_ok());
    }

    #[test]
    fn a_wrong_file_says_where_and_never_shows_a_key() {
        let text = "listen = '127.0.0.1:2'\nencryption_key = 'canary' oops\n";
        let error = Settings::parse(text, Path::new("syncline.toml")).unwrap_err().to_string();
        assert!(error.contains("syncline.toml") && error.contains("line 2") && !error.contains("canary"), "{error}");
        let unknown = Settings::parse("listenn = 'x'\n", Path::new("syncline.toml")).unwrap_err().to_string();
        assert!(unknown.contains("listenn"), "{unknown}");
    }
}

//! Settings become a configuration: defaults filled in, everything checked.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use syncline_api::{MIN_PASSWORD_CHARS, RateLimits, TrustedProxies};
use syncline_domain::Secret;
use syncline_store::{DatabaseUrl, Limits};
use tracing_subscriber::EnvFilter;
use url::Url;
use uuid::{Uuid, Version};

use super::settings::DEFAULT_DATA_DIR;
use super::{Collector, ConfigError, DeclaredKey, Hidden, Isolation, LogFormat, MissedTicks, Roles, Settings, declared};
use crate::catalogue::Own;

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3003);
/// Reads are short; writes on SQLite have a connection of their own.
const DEFAULT_DATABASE_CONNECTIONS: u32 = 10;
const DEFAULT_MAX_CONCURRENT_RUNS: u32 = 64;
/// Heartbeats come at a third of it: a pause of ten seconds loses no lease.
const DEFAULT_LEASE: Duration = Duration::from_secs(30);
/// A rolling deploy and a node that is drained wait no longer than a checkpoint for a sync that has gone on for hours.
const DEFAULT_SOFT_DEADLINE: Duration = Duration::from_mins(30);
const DAY: Duration = Duration::from_hours(24);
/// Wire contract 8.4.
const DEFAULT_KEEP_OPERATIONS_DAYS: u32 = 15;
/// Each slot reserves address space for a whole memory; this many fit into 47 bits with room to spare.
const MAX_CONCURRENT_RUNS: u32 = 1_000;

/// A configuration that can be started.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where clients reach the server; `None` where that is the listening address.
    pub public_url: Option<Url>,
    /// The database; `None` for SQLite in the data directory.
    pub database: Option<DatabaseUrl>,
    /// At most so many connections to it.
    pub database_connections: u32,
    /// Everything that the server makes.
    pub data_dir: PathBuf,
    /// The user's own provider entries.
    pub providers_dir: Option<PathBuf>,
    /// A file of further providers, to be imported.
    pub providers: Option<PathBuf>,
    /// Development only.
    pub allow_private_network: bool,
    /// Jobs at once, and actions at once.
    pub max_concurrent_runs: u32,
    /// What this process does.
    pub roles: Roles,
    /// When a sync hands over.
    pub soft_deadline: Duration,
    /// What becomes of schedules that nobody took in time.
    pub missed_ticks: MissedTicks,
    /// Runs at once on all nodes together.
    pub run_limits: Limits,
    /// Where functions run.
    pub isolation: Isolation,
    /// How long a run's lease lasts without a heartbeat.
    pub lease: Duration,
    /// How long a server that was asked to stop still answers; `None` for what suits its database.
    pub drain: Option<Duration>,
    /// Where /metrics is answered without a token.
    pub metrics_listen: Option<SocketAddr>,
    /// For how long operations and runs are kept; zero for ever.
    pub keep_operations: Duration,
    /// How many requests a minute.
    pub rate_limits: RateLimits,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Directives of tracing's filter.
    pub log: String,
    /// Who takes traces.
    pub collector: Option<Collector>,
    /// Given keys; those that are missing come from the data directory.
    pub encryption_key: Option<[u8; 32]>,
    /// The API key of dev.
    pub secret_key_dev: Option<Secret>,
    /// The API key of prod.
    pub secret_key_prod: Option<Secret>,
    /// The API key of the account.
    pub account_key: Option<Secret>,
    /// Further API keys of environments.
    pub declared_keys: Vec<DeclaredKey>,
    /// The console's password; `None` where the operator sets it in the console.
    pub console_password: Option<Secret>,
}

impl Configuration {
    /// Reads the file, fills the defaults in and checks every value.
    pub fn resolve(settings: Settings) -> Result<Self, ConfigError> {
        let settings = settings.with_file()?;
        let rate_limits = rate_limits(&settings)?;
        let configuration = Self {
            listen: settings.listen.unwrap_or(DEFAULT_LISTEN),
            public_url: settings.public_url.map(public_url).transpose()?,
            database: settings.database_url.as_ref().map(database).transpose()?,
            database_connections: settings.database_connections.unwrap_or(DEFAULT_DATABASE_CONNECTIONS),
            data_dir: settings.data_dir.unwrap_or_else(|| DEFAULT_DATA_DIR.into()),
            providers_dir: settings.providers_dir,
            providers: settings.providers,
            allow_private_network: settings.allow_private_network.unwrap_or(false),
            max_concurrent_runs: settings.max_concurrent_runs.unwrap_or(DEFAULT_MAX_CONCURRENT_RUNS),
            roles: settings.roles.as_deref().map_or(Ok(Roles::ALL), Roles::parse)?,
            soft_deadline: settings.soft_deadline_seconds.map_or(DEFAULT_SOFT_DEADLINE, |seconds| Duration::from_secs(seconds.into())),
            missed_ticks: settings.missed_ticks.unwrap_or_default(),
            run_limits: Limits {
                per_environment: settings.max_concurrent_runs_per_environment.unwrap_or_default(),
                per_connection: settings.max_concurrent_runs_per_connection.unwrap_or_default(),
                per_function: settings.max_concurrent_runs_per_function.unwrap_or_default(),
            },
            isolation: settings.isolation.unwrap_or_default(),
            lease: settings.lease_seconds.map_or(DEFAULT_LEASE, |seconds| Duration::from_secs(seconds.into())),
            drain: settings.drain_seconds.map(|seconds| Duration::from_secs(seconds.into())),
            metrics_listen: settings.metrics_listen,
            keep_operations: DAY * settings.keep_operations_days.unwrap_or(DEFAULT_KEEP_OPERATIONS_DAYS),
            rate_limits,
            log_format: settings.log_format.unwrap_or_default(),
            log: settings.log.unwrap_or_else(|| "info".to_owned()),
            collector: collector(settings.otlp_endpoint)?,
            encryption_key: settings.encryption_key.map(|key| encryption_key(key.0.expose(), "SYNCLINE_ENCRYPTION_KEY")).transpose()?,
            secret_key_dev: settings.secret_key_dev.map(|key| secret_key(key, "SYNCLINE_SECRET_KEY_DEV")).transpose()?,
            secret_key_prod: settings.secret_key_prod.map(|key| secret_key(key, "SYNCLINE_SECRET_KEY_PROD")).transpose()?,
            account_key: settings.account_key.map(|key| secret_key(key, "SYNCLINE_ACCOUNT_KEY")).transpose()?,
            declared_keys: declared::read(settings.api_keys)?,
            console_password: settings.console_password.map(console_password).transpose()?,
        };
        configuration.check()?;
        Ok(configuration)
    }

    /// The database with its default filled in.
    pub fn database(&self) -> DatabaseUrl {
        self.database.clone().unwrap_or_else(|| DatabaseUrl::sqlite(self.data_dir.join("syncline.db")))
    }

    /// Where the user's own providers are described.
    pub(crate) fn own_providers(&self) -> Own<'_> {
        Own { folder: self.providers_dir.as_deref(), file: self.providers.as_deref() }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |problem: String| Err(ConfigError::new(problem));
        if self.database_connections == 0 {
            return refuse("SYNCLINE_DATABASE_CONNECTIONS is 0; the server needs at least 1".to_owned());
        }
        if !(1..=MAX_CONCURRENT_RUNS).contains(&self.max_concurrent_runs) {
            let given = self.max_concurrent_runs;
            return refuse(format!("SYNCLINE_MAX_CONCURRENT_RUNS is {given}; choose 1 to {MAX_CONCURRENT_RUNS}"));
        }
        if self.roles != Roles::ALL && self.database().kind() == "SQLite" {
            return refuse(
                "SYNCLINE_ROLES is set and the database is SQLite, which one process has to itself; leave the setting out, or use PostgreSQL"
                    .to_owned(),
            );
        }
        if self.soft_deadline.is_zero() {
            return refuse(
                "SYNCLINE_SOFT_DEADLINE_SECONDS is 0; every sync would end at its first checkpoint. Choose 1 or more".to_owned(),
            );
        }
        if self.lease.is_zero() {
            return refuse("SYNCLINE_LEASE_SECONDS is 0; every run would be taken for lost. Choose 1 or more".to_owned());
        }
        if let Some(dir) = self.providers_dir.as_ref().filter(|dir| !dir.is_dir()) {
            return refuse(format!(
                "SYNCLINE_PROVIDERS_DIR is `{}`, which is not a folder; make it, or leave the setting out",
                dir.display()
            ));
        }
        if let Some(file) = self.providers.as_ref().filter(|file| !file.is_file()) {
            return refuse(format!(
                "SYNCLINE_PROVIDERS is `{}`, which is not a file; name one in the format of Nango's providers.yaml, or leave the setting out \
                 (SYNCLINE_PROVIDERS_DIR is for a folder)",
                file.display()
            ));
        }
        if let Err(error) = self.log.parse::<EnvFilter>() {
            return refuse(format!("SYNCLINE_LOG is `{}`: {error}; write for example `info,syncline_worker=debug`", self.log));
        }
        if self.secret_key_dev.is_some() && self.secret_key_dev == self.secret_key_prod {
            return refuse("SYNCLINE_SECRET_KEY_DEV and _PROD are the same key; a key belongs to one environment".to_owned());
        }
        if self.account_key.is_some() && [&self.secret_key_dev, &self.secret_key_prod].contains(&&self.account_key) {
            return refuse("SYNCLINE_ACCOUNT_KEY is an environment's key too; the account needs one of its own".to_owned());
        }
        let given = [&self.secret_key_dev, &self.secret_key_prod, &self.account_key];
        if let Some(twice) = self.declared_keys.iter().find(|declared| given.into_iter().flatten().any(|key| *key == declared.key)) {
            return refuse(format!("the key `{}` under [[api_keys]] is given by another setting too; each key is given once", twice.name));
        }
        Ok(())
    }
}

fn public_url(url: Url) -> Result<Url, ConfigError> {
    if matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none() && url.fragment().is_none() {
        return Ok(url);
    }
    Err(ConfigError::new(format!("SYNCLINE_PUBLIC_URL is `{url}`; write for example https://syncline.example.com")))
}

fn collector(own: Option<Url>) -> Result<Option<Collector>, ConfigError> {
    // A build without it has nothing to do with variables that are there for other programs.
    if own.is_none() && !cfg!(feature = "otlp") {
        return Ok(None);
    }
    #[expect(clippy::disallowed_methods, reason = "here configuration is read")]
    Collector::find(own, |name| std::env::var(name).ok())
}

fn rate_limits(settings: &Settings) -> Result<RateLimits, ConfigError> {
    let default = RateLimits::default();
    let trusted = TrustedProxies::parse(settings.trusted_proxies.as_deref().unwrap_or_default()).map_err(|part| {
        ConfigError::new(format!("SYNCLINE_TRUSTED_PROXIES has `{part}`, which is no network; write for example `10.0.0.0/8,192.0.2.7`"))
    })?;
    Ok(RateLimits {
        per_minute: settings.rate_limit_per_minute.unwrap_or(default.per_minute),
        per_address_per_minute: settings.rate_limit_per_ip_per_minute.unwrap_or(default.per_address_per_minute),
        webhooks_per_minute: settings.webhook_rate_limit_per_minute.unwrap_or(default.webhooks_per_minute),
        trusted_proxies: trusted,
    })
}

fn database(url: &Hidden) -> Result<DatabaseUrl, ConfigError> {
    DatabaseUrl::parse(url.0.expose()).map_err(|error| ConfigError::new(format!("SYNCLINE_DATABASE_URL: {error}")))
}

pub(super) fn encryption_key(text: &str, place: &str) -> Result<[u8; 32], ConfigError> {
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.ok_or_else(|| ConfigError::new(format!("{place} is not 32 bytes in base64; make one with `openssl rand -base64 32`")))
}

fn secret_key(key: Hidden, place: &str) -> Result<Secret, ConfigError> {
    check_secret_key(key.0.expose(), place)?;
    Ok(key.0)
}

fn console_password(password: Hidden) -> Result<Secret, ConfigError> {
    let chars = password.0.expose().chars().count();
    if chars < MIN_PASSWORD_CHARS {
        let problem = format!("SYNCLINE_CONSOLE_PASSWORD has {chars} characters; choose one with {MIN_PASSWORD_CHARS} or more");
        return Err(ConfigError::new(problem));
    }
    Ok(password.0)
}

/// The field's clients check this form before they send a key.
pub(super) fn check_secret_key(text: &str, place: &str) -> Result<(), ConfigError> {
    let uuid = Uuid::parse_str(text).ok().filter(|uuid| uuid.get_version() == Some(Version::Random));
    if uuid.is_some_and(|uuid| uuid.hyphenated().to_string() == text) {
        return Ok(());
    }
    Err(ConfigError::new(format!("{place} is not a lower-case UUID of version 4; make one with `uuidgen`, or leave it out")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_value_is_refused_with_what_to_write_instead() {
        let refused = |settings: Settings| Configuration::resolve(settings).unwrap_err().to_string();
        let hidden = |text: &str| Some(text.parse().unwrap());
        let cases = [
            (Settings { encryption_key: hidden("c2hvcnQ="), ..Settings::default() }, "openssl rand -base64 32"),
            (Settings { secret_key_dev: hidden("canary"), ..Settings::default() }, "uuidgen"),
            (Settings { account_key: hidden("canary"), ..Settings::default() }, "uuidgen"),
            (Settings { database_url: hidden("mysql://canary@x"), ..Settings::default() }, "sqlite:// or postgres://"),
            (Settings { console_password: hidden("canary"), ..Settings::default() }, "12 or more"),
            (Settings { trusted_proxies: Some("10.0.0.0/8, proxy".to_owned()), ..Settings::default() }, "`proxy`, which is no network"),
            (Settings { roles: Some("api".to_owned()), ..Settings::default() }, "use PostgreSQL"),
            (Settings { roles: Some("api,boss".to_owned()), ..Settings::default() }, "`boss`"),
            (Settings { soft_deadline_seconds: Some(0), ..Settings::default() }, "Choose 1 or more"),
            (Settings { max_concurrent_runs: Some(0), ..Settings::default() }, "1 to 1000"),
            (Settings { providers_dir: Some("/does/not/exist".into()), ..Settings::default() }, "not a folder"),
            (Settings { providers: Some("/does/not/exist".into()), ..Settings::default() }, "not a file"),
            (Settings { public_url: Some("ftp://x".parse().unwrap()), ..Settings::default() }, "https://syncline.example.com"),
            (Settings { log: Some("syncline=loud".to_owned()), ..Settings::default() }, "SYNCLINE_LOG"),
            (Settings { config: Some("/does/not/exist".into()), ..Settings::default() }, "/does/not/exist"),
        ];
        for (settings, says) in cases {
            let error = refused(settings);
            assert!(error.contains(says) && !error.contains("canary"), "{error}");
        }
        let same = "7a1c2b3e-4d5f-4a6b-8c7d-9e0f1a2b3c4d";
        assert!(
            refused(Settings { secret_key_dev: hidden(same), secret_key_prod: hidden(same), ..Settings::default() }).contains("same key")
        );
    }
}

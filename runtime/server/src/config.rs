//! How the server is set up: flags, then environment `SYNCLINE_*`, then one TOML file, then defaults.

mod api_keys;
mod collector;
mod declared;
mod error;
mod hidden;
mod key_file;
mod keys;
mod local;
mod resolve;
mod roles;
mod settings;
pub(crate) mod setup_code;

pub use api_keys::ApiKeys;
pub use collector::Collector;
pub use declared::{ApiKeySetting, DeclaredKey};
pub use error::ConfigError;
pub use hidden::Hidden;
pub use keys::Keys;
pub(crate) use keys::{random, read_account_key, read_encryption_key};
pub(crate) use local::local_keys;
pub use resolve::Configuration;
pub use roles::Roles;
pub use settings::{DEFAULT_DATA_DIR, Isolation, LogFormat, MissedTicks, Settings};

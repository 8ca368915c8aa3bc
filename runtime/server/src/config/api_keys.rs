//! The API keys that a server made, in a file by which commands on the same machine find them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use syncline_domain::Secret;

use super::resolve::check_secret_key;
use super::{ConfigError, Hidden, key_file};

const FILE: &str = "api-keys.toml";
const HEAD: &str = "# API keys of this Syncline server, one per environment. Whoever has one reads and changes everything there.\n";

/// By environment.
#[derive(Clone, Debug, Default)]
pub struct ApiKeys(BTreeMap<String, Secret>);

#[derive(Deserialize)]
struct File(BTreeMap<String, Hidden>);

impl ApiKeys {
    /// The file in a data directory.
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join(FILE)
    }

    /// `None` where there is no file.
    pub fn read(path: &Path) -> Result<Option<Self>, ConfigError> {
        let Some(text) = key_file::read(path)? else { return Ok(None) };
        let broken = |problem: &str| ConfigError::new(format!("the key file {} {problem}", path.display()));
        let File(keys) = toml::from_str(&text).map_err(|_| broken("is not TOML; it has lines such as dev = \"KEY\""))?;
        for (environment, key) in &keys {
            check_secret_key(key.0.expose(), &format!("the key of {environment} in {}", path.display()))?;
        }
        Ok(Some(Self(keys.into_iter().map(|(environment, key)| (environment, key.0)).collect())))
    }

    /// The key of an environment.
    pub fn get(&self, environment: &str) -> Option<&Secret> {
        self.0.get(environment)
    }

    pub(super) fn insert(&mut self, environment: &str, key: Secret) {
        self.0.insert(environment.to_owned(), key);
    }

    pub(super) fn create(&self, path: &Path) -> Result<bool, ConfigError> {
        let lines = self.0.iter().map(|(environment, key)| format!("{environment} = \"{}\"\n", key.expose()));
        key_file::create(path, &std::iter::once(HEAD.to_owned()).chain(lines).collect::<String>())
    }
}

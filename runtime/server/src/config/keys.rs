//! The keys that a server starts with: given ones, else those of the data directory, made at first start.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use syncline_domain::Secret;
use uuid::Builder;
use zeroize::Zeroizing;

use super::resolve::{check_secret_key, encryption_key};
use super::{ApiKeys, ConfigError, Configuration, key_file};

const ENCRYPTION_KEY_FILE: &str = "encryption.key";
const ACCOUNT_KEY_FILE: &str = "account.key";

/// All keys of a server.
#[derive(Clone)]
pub struct Keys {
    /// Wraps the data keys in the database.
    pub encryption: Zeroizing<[u8; 32]>,
    /// The API key of dev.
    pub dev: Secret,
    /// The API key of prod.
    pub prod: Secret,
    /// The API key of the account.
    pub account: Secret,
    /// Key files that this start made; the operator is told.
    pub made: Vec<PathBuf>,
    /// Where the API keys are, where they were not given.
    pub api_keys_file: Option<PathBuf>,
    /// Where the account's key is, where it was not given.
    pub account_key_file: Option<PathBuf>,
}

impl Keys {
    /// Makes the data directory and what is missing in it.
    pub fn prepare(configuration: &Configuration) -> Result<Self, ConfigError> {
        key_file::prepare_dir(&configuration.data_dir)?;
        let mut made = Vec::new();
        let encryption = match configuration.encryption_key {
            Some(key) => key,
            None => encryption(configuration, &mut made)?,
        };
        let (dev, prod, api_keys_file) = match (&configuration.secret_key_dev, &configuration.secret_key_prod) {
            (Some(dev), Some(prod)) => (dev.clone(), prod.clone(), None),
            (dev, prod) => {
                let path = ApiKeys::path(&configuration.data_dir);
                let kept = api_keys(&path, &mut made)?;
                let choose = |given: &Option<Secret>, environment: &str| {
                    given.as_ref().or_else(|| kept.get(environment)).cloned().ok_or_else(|| {
                        let path = path.display();
                        ConfigError::new(format!(
                            "the key file {path} has no key of {environment}; add one, or delete the file for new keys"
                        ))
                    })
                };
                (choose(dev, "dev")?, choose(prod, "prod")?, Some(path.clone()))
            }
        };
        let (account, account_key_file) = if let Some(key) = &configuration.account_key {
            (key.clone(), None)
        } else {
            let path = account_key_path(&configuration.data_dir);
            (account(&path, &mut made)?, Some(path))
        };
        Ok(Self { encryption: Zeroizing::new(encryption), dev, prod, account, made, api_keys_file, account_key_file })
    }
}

/// The encryption key of a server on this machine, for the operator's commands. Makes nothing.
pub(crate) fn read_encryption_key(data_dir: &std::path::Path, given: Option<&Secret>) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
    if let Some(given) = given {
        return encryption_key(given.expose(), "SYNCLINE_ENCRYPTION_KEY").map(Zeroizing::new);
    }
    let path = data_dir.join(ENCRYPTION_KEY_FILE);
    let text = Zeroizing::new(key_file::read(&path)?.ok_or_else(|| {
        ConfigError::new(format!(
            "no encryption key: set SYNCLINE_ENCRYPTION_KEY as the server has it, or point --data-dir to the server's data directory (there is none at {})",
            path.display()
        ))
    })?);
    encryption_key(&text, &path.display().to_string()).map(Zeroizing::new)
}

/// The account's key of a server on this machine, for its commands. Makes nothing.
pub(crate) fn read_account_key(data_dir: &std::path::Path) -> Result<Option<Secret>, ConfigError> {
    let path = account_key_path(data_dir);
    let Some(text) = key_file::read(&path)? else { return Ok(None) };
    check_secret_key(text.trim(), &format!("the account's key in {}", path.display()))?;
    Ok(Some(Secret::new(text.trim())))
}

pub(super) fn account_key_path(data_dir: &std::path::Path) -> PathBuf {
    data_dir.join(ACCOUNT_KEY_FILE)
}

pub(super) fn account(path: &std::path::Path, made: &mut Vec<PathBuf>) -> Result<Secret, ConfigError> {
    let new = || format!("{}\n", Builder::from_random_bytes(random()).into_uuid());
    if key_file::read(path)?.is_none() && key_file::create(path, &new())? {
        made.push(path.to_owned());
    }
    let text = key_file::read(path)?.unwrap_or_default();
    check_secret_key(text.trim(), &format!("the account's key in {}", path.display()))?;
    Ok(Secret::new(text.trim()))
}

fn encryption(configuration: &Configuration, made: &mut Vec<PathBuf>) -> Result<[u8; 32], ConfigError> {
    let path = configuration.data_dir.join(ENCRYPTION_KEY_FILE);
    if key_file::read(&path)?.is_none() && key_file::create(&path, &format!("{}\n", STANDARD.encode(random::<32>())))? {
        made.push(path.clone());
    }
    let text = Zeroizing::new(key_file::read(&path)?.unwrap_or_default());
    encryption_key(&text, &path.display().to_string())
}

pub(super) fn api_keys(path: &std::path::Path, made: &mut Vec<PathBuf>) -> Result<ApiKeys, ConfigError> {
    if let Some(keys) = ApiKeys::read(path)? {
        return Ok(keys);
    }
    let mut keys = ApiKeys::default();
    for environment in ["dev", "prod"] {
        keys.insert(environment, Secret::new(Builder::from_random_bytes(random()).into_uuid().to_string()));
    }
    if keys.create(path)? {
        made.push(path.to_owned());
        return Ok(keys);
    }
    // Another process was first.
    Ok(ApiKeys::read(path)?.unwrap_or(keys))
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::config::Settings;

    fn configuration(dir: &std::path::Path) -> Configuration {
        Configuration::resolve(Settings { data_dir: Some(dir.join("data")), ..Settings::default() }).unwrap()
    }

    #[test]
    fn keys_are_made_once_and_for_their_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let configuration = configuration(dir.path());
        let first = Keys::prepare(&configuration).unwrap();
        assert_eq!(first.made.len(), 3);
        for path in &first.made {
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        }
        assert_eq!(std::fs::metadata(&configuration.data_dir).unwrap().permissions().mode() & 0o777, 0o700);
        let second = Keys::prepare(&configuration).unwrap();
        assert!(second.made.is_empty());
        assert_eq!(
            (first.encryption, first.dev, first.prod, &first.account),
            (second.encryption, second.dev, second.prod, &second.account)
        );
        assert_eq!(read_account_key(&configuration.data_dir).unwrap(), Some(first.account));
    }

    #[test]
    fn a_given_key_wins_and_an_open_key_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut configuration = configuration(dir.path());
        let made = Keys::prepare(&configuration).unwrap();
        configuration.secret_key_dev = Some(Secret::new("7a1c2b3e-4d5f-4a6b-8c7d-9e0f1a2b3c4d"));
        let keys = Keys::prepare(&configuration).unwrap();
        assert_eq!((keys.dev, keys.prod), (configuration.secret_key_dev.clone().unwrap(), made.prod));
        std::fs::set_permissions(&made.made[0], std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Keys::prepare(&configuration).err().unwrap().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }
}

//! The keys of a server for development: made once a project, found by commands in its folder.

use std::path::Path;

use syncline_domain::Secret;
use uuid::Builder;

use super::keys::{account, account_key_path, api_keys, random};
use super::{ApiKeys, ConfigError, key_file};

const CONSOLE_PASSWORD_FILE: &str = "console-password";

/// All that opens such a server.
pub(crate) struct LocalKeys {
    pub(crate) dev: Secret,
    pub(crate) prod: Secret,
    pub(crate) account: Secret,
    pub(crate) console_password: Secret,
}

/// Reads them from a folder, and makes those that are missing: the same as those of a server with this data directory.
pub(crate) fn local_keys(folder: &Path) -> Result<LocalKeys, ConfigError> {
    let path = ApiKeys::path(folder);
    let keys = api_keys(&path, &mut Vec::new())?;
    let of = |environment: &str| {
        let missing =
            || ConfigError::new(format!("{} has no key of {environment}; add one, or delete the file for new keys", path.display()));
        keys.get(environment).cloned().ok_or_else(missing)
    };
    let account = account(&account_key_path(folder), &mut Vec::new())?;
    Ok(LocalKeys { dev: of("dev")?, prod: of("prod")?, account, console_password: console_password(folder)? })
}

fn console_password(folder: &Path) -> Result<Secret, ConfigError> {
    let path = folder.join(CONSOLE_PASSWORD_FILE);
    if key_file::read(&path)?.is_none() {
        let password = Builder::from_random_bytes(random()).into_uuid().simple().to_string();
        key_file::create(&path, &format!("{}\n", &password[..16]))?;
    }
    Ok(Secret::new(key_file::read(&path)?.unwrap_or_default().trim()))
}

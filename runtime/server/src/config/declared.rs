//! API keys that the configuration file declares: each is there after every start.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;
use syncline_api::{ALL_OF_ENVIRONMENT, scope_problem};
use syncline_domain::{EnvironmentName, Secret};

use super::resolve::check_secret_key;
use super::{ConfigError, Hidden, key_file};

/// `[[api_keys]]`, as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeySetting {
    /// Made if there is none of this name.
    environment: EnvironmentName,
    /// Stands for this key: another one of the same name stops working.
    name: String,
    #[serde(default)]
    key: Option<Hidden>,
    /// Readable by its owner only.
    #[serde(default)]
    key_file: Option<PathBuf>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

/// One of them, read and checked.
#[derive(Clone, Debug)]
pub struct DeclaredKey {
    /// Which environment it opens.
    pub environment: EnvironmentName,
    /// For people.
    pub name: String,
    /// The key.
    pub key: Secret,
    /// What it may do.
    pub scopes: Vec<String>,
}

pub(super) fn read(settings: Vec<ApiKeySetting>) -> Result<Vec<DeclaredKey>, ConfigError> {
    let keys = settings.into_iter().map(ApiKeySetting::read).collect::<Result<Vec<_>, _>>()?;
    let (mut names, mut secrets) = (BTreeSet::new(), BTreeSet::new());
    for DeclaredKey { environment, name, key, .. } in &keys {
        if !names.insert((environment, name)) {
            return Err(ConfigError::new(format!(
                "[[api_keys]] has two keys named `{name}` of `{environment}`; give each a name of its own"
            )));
        }
        if !secrets.insert(key.expose()) {
            return Err(ConfigError::new(format!(
                "`{name}` of `{environment}` under [[api_keys]] is the same key as another; each opens one environment"
            )));
        }
    }
    Ok(keys)
}

impl ApiKeySetting {
    fn read(self) -> Result<DeclaredKey, ConfigError> {
        let Self { environment, name, key, key_file, scopes } = self;
        let refuse = |problem: String| ConfigError::new(format!("`{name}` of `{environment}` under [[api_keys]] {problem}"));
        if name.is_empty() || name.chars().count() > 255 {
            return Err(refuse("needs a name of 1 to 255 characters".to_owned()));
        }
        let (key, place) = match (key, key_file) {
            (Some(key), None) => (key.0, format!("the key of `{name}` under [[api_keys]]")),
            (None, Some(path)) => {
                let text =
                    key_file::read(&path)?.ok_or_else(|| refuse(format!("names the file {}, which does not exist", path.display())))?;
                (Secret::new(text.trim()), format!("the key in {}", path.display()))
            }
            _ => return Err(refuse("needs either `key` or `key_file`".to_owned())),
        };
        check_secret_key(key.expose(), &place)?;
        let scopes = scopes.unwrap_or_else(|| vec![ALL_OF_ENVIRONMENT.to_owned()]);
        if scopes.is_empty() {
            return Err(refuse(format!("has no scopes; leave them out for `{ALL_OF_ENVIRONMENT}`")));
        }
        match scopes.iter().find_map(|scope| scope_problem(scope)) {
            Some(problem) => Err(refuse(format!("has a wrong scope: {problem}"))),
            None => Ok(DeclaredKey { environment, name, key, scopes }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[derive(Deserialize)]
    struct File {
        api_keys: Vec<ApiKeySetting>,
    }

    fn keys(text: &str) -> Result<Vec<DeclaredKey>, String> {
        let File { api_keys } = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        read(api_keys).map_err(|error| error.to_string())
    }

    #[test]
    fn a_declared_key_is_read_from_its_place_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ci.key");
        std::fs::write(&path, "7a1c2b3e-4d5f-4a6b-8c7d-9e0f1a2b3c4d\n").unwrap();
        let entry = |more: &str| format!("[[api_keys]]\nenvironment = 'dev'\nname = 'ci'\n{more}\n");
        let file = entry(&format!("key_file = '{}'\nscopes = ['environment:deploy']", path.display()));
        assert!(keys(&file).unwrap_err().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let read = keys(&file).unwrap().remove(0);
        assert_eq!((read.key.expose(), read.scopes[0].as_str()), ("7a1c2b3e-4d5f-4a6b-8c7d-9e0f1a2b3c4d", "environment:deploy"));
        let given = entry("key = '7a1c2b3e-4d5f-4a6b-8c7d-9e0f1a2b3c4d'");
        assert_eq!(keys(&given).unwrap()[0].scopes, ["environment:*"]);
        let cases = [
            (entry(""), "either `key` or `key_file`"),
            (entry("key = 'canary'"), "uuidgen"),
            (entry("key = '7a1c2b3e-4d5f-4a6b-8c7d-9e0f1a2b3c4d'\nscopes = ['records']"), "`records` is not a scope"),
            (entry("kee = 'x'"), "unknown field"),
            (format!("{given}{given}"), "two keys named `ci`"),
            (format!("{given}{}", given.replace("'ci'", "'cd'")), "the same key as another"),
            (given.replace("'dev'", "'De v'"), "lower-case"),
        ];
        for (text, says) in cases {
            let error = keys(&text).unwrap_err();
            assert!(error.contains(says) && !error.contains("canary"), "{error}");
        }
    }
}

//! The code with which the first password of the console is set: it proves that whoever sets it runs this server.

use std::fs;
use std::path::{Path, PathBuf};

use syncline_domain::Secret;

use super::keys::random;
use super::{ConfigError, key_file};

/// Beside the keys, where its owner looks for them.
const FILE: &str = "console-setup-code";
/// Crockford's base 32: no letter that is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 5 bits each: 100 bits in all.
const GROUPS: usize = 5;
const CHARS_PER_GROUP: usize = 4;

/// The code of a data directory, made if there is none: the same after a restart, until a password is set.
pub(crate) fn prepare(data_dir: &Path) -> Result<Secret, ConfigError> {
    let path = path(data_dir);
    if key_file::read(&path)?.is_none() {
        key_file::create(&path, &format!("{}\n", new_code().expose()))?;
    }
    let text = key_file::read(&path)?.unwrap_or_default();
    match text.trim() {
        "" => Err(ConfigError::new(format!("the file {} is empty; delete it for a new setup code", path.display()))),
        code => Ok(Secret::new(code)),
    }
}

/// Removes it once it is of no use.
pub(crate) fn discard(data_dir: &Path) {
    // One that stays is harmless: a password is set, and only the one that set it could use the code.
    let _ = fs::remove_file(path(data_dir));
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

fn new_code() -> Secret {
    let letters = random::<{ GROUPS * CHARS_PER_GROUP }>().map(|byte| ALPHABET[usize::from(byte & 31)]);
    let groups = letters.chunks(CHARS_PER_GROUP).map(|group| String::from_utf8_lossy(group).into_owned());
    Secret::new(groups.collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_setup_code_stays_until_it_is_used_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let code = prepare(dir.path()).unwrap();
        assert_eq!(code.expose().len(), GROUPS * (CHARS_PER_GROUP + 1) - 1);
        assert_eq!(fs::metadata(path(dir.path())).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(prepare(dir.path()).unwrap(), code);
        discard(dir.path());
        assert_ne!(prepare(dir.path()).unwrap(), code);
    }
}

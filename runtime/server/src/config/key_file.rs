//! Files that only their owner may read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::ConfigError;

const OWNER_ONLY_DIR: u32 = 0o700;
const OWNER_ONLY_FILE: u32 = 0o600;
const GROUP_AND_OTHERS: u32 = 0o077;

/// Makes the directory, or closes an existing one to everybody else.
pub(super) fn prepare_dir(path: &Path) -> Result<(), ConfigError> {
    let refuse = |error: io::Error| ConfigError::new(format!("the data directory {} cannot be used: {error}", path.display()));
    DirBuilder::new().recursive(true).mode(OWNER_ONLY_DIR).create(path).map_err(refuse)?;
    let metadata = fs::metadata(path).map_err(refuse)?;
    if metadata.mode() & GROUP_AND_OTHERS != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(OWNER_ONLY_DIR)).map_err(refuse)?;
    }
    Ok(())
}

/// The file's text; `None` where there is none. One that others can read is refused: its keys may be known.
pub(super) fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    let refuse = |error: io::Error| ConfigError::new(format!("the key file {} cannot be read: {error}", path.display()));
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(refuse)?,
    };
    if metadata.mode() & GROUP_AND_OTHERS != 0 {
        let path = path.display();
        return Err(ConfigError::new(format!("others can read the key file {path}; close it with `chmod 600 {path}`")));
    }
    fs::read_to_string(path).map(Some).map_err(refuse)
}

/// Writes a new file whole or not at all; `false` where another process was first.
pub(super) fn create(path: &Path, text: &str) -> Result<bool, ConfigError> {
    let refuse = |error: io::Error| ConfigError::new(format!("the key file {} cannot be written: {error}", path.display()));
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY_FILE).open(&draft).map_err(refuse)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(refuse)?;
    // A hard link fails where the name is taken, which a rename would not.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(refuse)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        other => other.map(|()| true).map_err(refuse),
    }
}

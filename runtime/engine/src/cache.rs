//! Compiled components on disk: `<digest>-<compatibility hash>.cwasm`.
//!
//! Loading such a file is running it, so each carries a MAC over the digest, the compatibility hash and the machine code. A file whose
//! MAC is wrong is deleted, reported and never loaded. What is checked is what is loaded: the bytes are read once.

use std::hash::{Hash, Hasher};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::Digest;

const MAC_BYTES: usize = 32;

pub(crate) struct Cache {
    dir: PathBuf,
    key: [u8; 32],
    /// Changes with wasmtime, its settings and the processor's features.
    compatibility: String,
}

impl Cache {
    pub(crate) fn open(dir: PathBuf, key: [u8; 32], engine: &wasmtime::Engine) -> std::io::Result<Self> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700))?;
        let mut hasher = HashInput(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let hash = hasher.0.finalize();
        let compatibility = hash[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Ok(Self { dir, key, compatibility })
    }

    /// The machine code, if it is there and ours.
    pub(crate) fn read(&self, digest: Digest) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let mut file = match std::fs::read(&path) {
            Ok(file) => file,
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    tracing::warn!(path = %path.display(), %error, "cannot read a compiled component: it is compiled again");
                }
                return None;
            }
        };
        let authentic = file.len().checked_sub(MAC_BYTES).is_some_and(|end| {
            let (code, mac) = file.split_at(end);
            self.mac(digest, code).verify_slice(mac).is_ok()
        });
        if !authentic {
            tracing::warn!(path = %path.display(), "a compiled component was changed or damaged: it is deleted and compiled again");
            self.remove(digest);
            return None;
        }
        file.truncate(file.len() - MAC_BYTES);
        Some(file)
    }

    /// Written under another name, synced and renamed, so that a file is there whole or not at all.
    pub(crate) fn write(&self, digest: Digest, code: &[u8]) -> std::io::Result<()> {
        // Made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(code)?;
        file.write_all(&self.mac(digest, code).finalize().into_bytes())?;
        file.as_file().sync_all()?;
        file.persist(self.path(digest)).map_err(|error| error.error)?;
        sync_dir(&self.dir)
    }

    pub(crate) fn remove(&self, digest: Digest) {
        if let Err(error) = std::fs::remove_file(self.path(digest))
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%digest, %error, "cannot delete a compiled component");
        }
    }

    fn mac(&self, digest: Digest, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a MAC takes a key of any length");
        // Both of fixed length, so that no two inputs run together into the same bytes.
        mac.update(digest.as_bytes());
        mac.update(self.compatibility.as_bytes());
        mac.update(code);
        mac
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.dir.join(format!("{digest}-{}.cwasm", self.compatibility))
    }
}

fn sync_dir(dir: &Path) -> std::io::Result<()> {
    std::fs::File::open(dir)?.sync_all()
}

/// Lets a `Hash` feed a hash function that stays the same from one process to the next.
struct HashInput(Sha256);

impl Hasher for HashInput {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        unreachable!("the digest is taken from the inner hash")
    }
}

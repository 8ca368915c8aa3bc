//! The operator's password: Argon2id, kept as a PHC string.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use syncline_domain::{Clock, Secret};
use syncline_store::Store;

/// NIST SP 800-63B asks for 15 where a password stands alone, OWASP for 12 at least; the console is usually behind a wall of its own, too.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// OWASP: longer ones only cost the server.
const MAX_PASSWORD_CHARS: usize = 256;

/// Why a password cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Argon2 refused.
    #[error("the password could not be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    /// What is stored is no PHC string.
    #[error("the stored password hash cannot be read; set SYNCLINE_CONSOLE_PASSWORD to set a new password")]
    Stored(#[source] argon2::password_hash::phc::Error),
    /// The store failed.
    #[error("the operator's password cannot be kept")]
    Store(#[from] syncline_store::Error),
    /// The process is ending.
    #[error("the server is stopping")]
    Stopping(#[from] tokio::task::JoinError),
}

/// What to mend, for a person; `None` for a password that will do.
pub(super) fn problem(password: &str) -> Option<String> {
    match password.chars().count() {
        ..MIN_PASSWORD_CHARS => Some(format!("Choose a longer one: at least {MIN_PASSWORD_CHARS} characters.")),
        MIN_PASSWORD_CHARS..=MAX_PASSWORD_CHARS => None,
        _ => Some(format!("Choose a shorter one: at most {MAX_PASSWORD_CHARS} characters.")),
    }
}

/// The PHC string of a password. On a thread of its own: it takes a good part of a second by design.
pub(super) async fn hash(password: Secret, salt: [u8; 16]) -> Result<String, PasswordError> {
    let hash = move || {
        let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.expose().as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(PasswordError::Hash)
    };
    tokio::task::spawn_blocking(hash).await?
}

/// Whether this is the password. Compared in constant time.
pub(super) async fn matches(password: Secret, hash: String) -> Result<bool, PasswordError> {
    let verify = move || {
        let hash = PasswordHash::new(&hash).map_err(PasswordError::Stored)?;
        Ok(Argon2::default().verify_password(password.expose().as_bytes(), &hash).is_ok())
    };
    tokio::task::spawn_blocking(verify).await?
}

/// Makes `password` the console's, and signs everybody out if it is another one than before.
pub async fn seed_password(store: &Store, clock: &dyn Clock, randomness: fn() -> [u8; 16], password: &Secret) -> Result<(), PasswordError> {
    if let Some(operator) = store.operators().lookup().await?
        && matches(password.clone(), operator.password_hash).await?
    {
        return Ok(());
    }
    let hash = hash(password.clone(), randomness()).await?;
    Ok(store.operators().set(&hash, clock.now()).await?)
}

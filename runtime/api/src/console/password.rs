//! Operators' passwords: Argon2id, kept as a PHC string.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use syncline_console::pages::{Field, FieldKind};
use syncline_domain::{Clock, OperatorName, Secret};
use syncline_store::Store;

/// NIST SP 800-63B asks for 15 where a password stands alone, OWASP for 12 at least; the console is usually behind a wall of its own, too.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// OWASP: longer ones only cost the server.
const MAX_PASSWORD_CHARS: usize = 256;
/// Nobody's: what is entered for somebody who does not exist is compared with it, and takes as long.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCEh$QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";
/// Of the owner who is there from the beginning.
const FIRST: &str = "owner";

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
fn problem(password: &str) -> Option<String> {
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
async fn matches(password: Secret, hash: String) -> Result<bool, PasswordError> {
    let verify = move || {
        let hash = PasswordHash::new(&hash).map_err(PasswordError::Stored)?;
        Ok(Argon2::default().verify_password(password.expose().as_bytes(), &hash).is_ok())
    };
    tokio::task::spawn_blocking(verify).await?
}

/// As [`matches`], and as long where there is no hash.
pub(super) async fn is(password: Secret, hash: Option<&str>) -> Result<bool, PasswordError> {
    Ok(matches(password, hash.unwrap_or(NOBODYS).to_owned()).await? && hash.is_some())
}

/// What is wrong with a password that was chosen and entered twice: with the first entry, and with the second.
pub(super) fn problems(chosen: &str, repeated: &str) -> [Option<String>; 2] {
    let differ = (chosen != repeated).then(|| "The two passwords differ. Enter the same one twice.".to_owned());
    [problem(chosen), differ]
}

/// Both inputs for a new password.
pub(super) fn fields([chosen, repeated]: [Option<String>; 2]) -> [Field; 2] {
    let secret = |name: &str, label: &str, help: String, problem: Option<String>| Field {
        help,
        kind: FieldKind::Secret { is_set: false },
        problem,
        ..Field::new(name, label)
    };
    let help = format!("At least {MIN_PASSWORD_CHARS} characters. A few random words make a good one.");
    [secret("password", "Password", help, chosen), secret("repeated", "Password, again", String::new(), repeated)]
}

/// What the owner is called who is there from the beginning.
pub(super) fn first_owner() -> OperatorName {
    OperatorName::new(FIRST).expect("a name")
}

/// Makes `password` the first owner's, and signs them out if it is another one than before.
pub async fn seed_password(store: &Store, clock: &dyn Clock, randomness: fn() -> [u8; 16], password: &Secret) -> Result<(), PasswordError> {
    let first = store.operators().first_owner().await?;
    if let Some((_, Some(hash))) = &first
        && matches(password.clone(), hash.clone()).await?
    {
        return Ok(());
    }
    let name = first.map_or_else(first_owner, |(name, _)| name);
    let hash = hash(password.clone(), randomness()).await?;
    store.operators().set_first_password(&name, &hash, clock.now()).await?;
    tracing::info!(operator.name = %name, "the console's password was set by the configuration");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that does not exist costs as much as one that does.
    #[tokio::test]
    async fn what_is_entered_for_nobody_is_compared_as_slowly() {
        let cost = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            (hash.algorithm.to_string(), hash.version, hash.params.to_string(), hash.hash.unwrap().len())
        };
        let somebodys = hash(Secret::new("correct horse battery"), [7; 16]).await.unwrap();
        assert_eq!(cost(&somebodys), cost(NOBODYS));
        assert!(is(Secret::new("correct horse battery"), Some(&somebodys)).await.unwrap());
        assert!(!is(Secret::new("correct horse battery"), None).await.unwrap());
    }
}

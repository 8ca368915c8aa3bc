//! Cuts a connection's credentials out of everything that reaches a guest or a log.
//!
//! A provider may echo a request's headers, a proxy in between may put them into an error page, and an author may log what he was granted:
//! whatever the way, the text of a secret does not get past here.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use syncline_domain::Credentials;

const MARK: &str = "[redacted]";
/// A shorter text is no secret, and would be cut out of unrelated words.
const MIN_LEN: usize = 6;

/// Knows a connection's secrets: those of the run's begin, and all that they were renewed to since.
pub struct Redactor(Mutex<Known>);

struct Known {
    latest: Arc<Credentials>,
    secrets: Arc<Vec<String>>,
}

impl Redactor {
    /// Knows the secrets of these.
    pub fn new(credentials: Arc<Credentials>) -> Self {
        let secrets = Arc::new(spellings(&credentials));
        Self(Mutex::new(Known { latest: credentials, secrets }))
    }

    /// Adds what a refresh brought. Old tokens stay secret: many live on for a while.
    pub(super) fn learn(&self, credentials: &Arc<Credentials>) {
        let mut known = self.0.lock().expect("nothing panics while it is held");
        if !Arc::ptr_eq(&known.latest, credentials) {
            known.add(spellings(credentials));
            known.latest = Arc::clone(credentials);
        }
    }

    /// Adds secrets that are no connection's: those of an app.
    pub(super) fn learn_texts<'a>(&self, texts: impl Iterator<Item = &'a str>) {
        let texts = texts.filter(|text| text.len() >= MIN_LEN).map(str::to_owned).collect();
        self.0.lock().expect("nothing panics while it is held").add(texts);
    }

    fn secrets(&self) -> Arc<Vec<String>> {
        Arc::clone(&self.0.lock().expect("nothing panics while it is held").secrets)
    }

    /// The text without secrets; unchanged, and not copied, where there are none.
    pub fn text(&self, text: String) -> String {
        self.secrets()
            .iter()
            .fold(text, |text, secret| if text.contains(secret.as_str()) { text.replace(secret.as_str(), MARK) } else { text })
    }

    /// Bytes that are not text are left alone unless they hold a secret as it is.
    pub(super) fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let holds = |secret: &String| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        if self.secrets().iter().any(holds) { self.text(String::from_utf8_lossy(&bytes).into_owned()).into_bytes() } else { bytes }
    }
}

impl Known {
    fn add(&mut self, secrets: Vec<String>) {
        let mut all: Vec<String> = self.secrets.iter().cloned().chain(secrets).collect();
        longest_first(&mut all);
        self.secrets = Arc::new(all);
    }
}

fn spellings(credentials: &Credentials) -> Vec<String> {
    let mut secrets: Vec<String> = credentials.secrets().into_iter().map(str::to_owned).collect();
    secrets.extend(credentials.own_client_secret().map(|secret| secret.expose().to_owned()));
    if let Credentials::Basic { username, password } = credentials {
        secrets.push(STANDARD.encode(format!("{}:{}", username.expose(), password.expose())));
        // The user's name is often an e-mail address that records rightly carry; where there is a password, that is the secret.
        if !password.is_empty() {
            secrets.retain(|secret| secret != username.expose());
        }
    }
    secrets.retain(|secret| secret.len() >= MIN_LEN);
    longest_first(&mut secrets);
    secrets
}

/// So that no part of a secret stays when a shorter one is inside it.
fn longest_first(secrets: &mut Vec<String>) {
    secrets.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    secrets.dedup();
}

#[cfg(test)]
mod tests {
    use syncline_domain::Secret;

    use super::*;

    /// S6
    #[test]
    fn no_spelling_of_a_secret_gets_past() {
        let basic = Credentials::Basic { username: Secret::new("ada@example.com"), password: Secret::new("canary-password") };
        let redactor = Redactor::new(Arc::new(basic));
        let echo = format!("Authorization: Basic {}; canary-password; ada@example.com", STANDARD.encode("ada@example.com:canary-password"));
        assert_eq!(redactor.text(echo), "Authorization: Basic [redacted]; [redacted]; ada@example.com");
        let key = Redactor::new(Arc::new(Credentials::ApiKey { api_key: Secret::new("canary-key") }));
        assert_eq!(key.bytes(b"\xff canary-key".to_vec()), "\u{fffd} [redacted]".as_bytes());
        assert_eq!(key.bytes(b"\xff\xfe".to_vec()), b"\xff\xfe");
        key.learn(&Arc::new(Credentials::ApiKey { api_key: Secret::new("canary-key-2") }));
        assert_eq!(key.text("canary-key canary-key-2".to_owned()), "[redacted] [redacted]");
    }
}

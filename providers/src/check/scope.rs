//! Which names a template may read, by the moment at which it is filled.

use crate::entry::auth::Auth;
use crate::{ClientRegistration, Entry, FieldPlace, Name};

/// When a template is filled.
pub(super) enum Scope {
    /// With every request of a connection, which has its token.
    Request,
    /// Before anybody has signed in.
    Authorization,
    /// For a token, with what a person supplied.
    Exchange {
        /// How many requests were answered before.
        steps: usize,
        /// Fields of the credentials that are there besides the supplied ones.
        also: &'static [&'static str],
    },
}

impl Scope {
    /// For a token, when nothing was answered yet.
    pub(super) const FIRST: Self = Self::Exchange { steps: 0, also: &[] };
    /// For the next token.
    pub(super) const REFRESH: Self = Self::Exchange { steps: 0, also: &["refresh_token"] };
    /// For the next token where the present one can buy it.
    pub(super) const RENEWAL: Self = Self::Exchange { steps: 0, also: &["refresh_token", "access_token"] };

    pub(super) fn knows(&self, entry: &Entry, name: &Name) -> bool {
        match name {
            Name::ConnectionConfig(key) => entry.connection_config.contains_key(key),
            Name::Credential(key) => self.credentials(entry).contains(key),
            Name::Integration(key) => Self::integration(entry).iter().any(|known| known == key),
            Name::Step(number, _) => *number <= self.steps(),
            Name::Random | Name::Now(_) => true,
        }
    }

    /// What stands in a defect's text: the names that depend on the entry.
    pub(super) fn known(&self, entry: &Entry) -> Vec<String> {
        let config = entry.connection_config.keys().map(|key| format!("connectionConfig.{key}"));
        let credentials = self.credentials(entry).into_iter().map(|key| format!("credentials.{key}"));
        let integration = Self::integration(entry).into_iter().map(|key| format!("integration.{key}"));
        let steps = (1..=self.steps()).map(|number| format!("step{number}.PATH"));
        config.chain(credentials).chain(integration).chain(steps).collect()
    }

    const fn steps(&self) -> usize {
        match self {
            Self::Exchange { steps, .. } => *steps,
            Self::Request | Self::Authorization => 0,
        }
    }

    fn credentials(&self, entry: &Entry) -> Vec<String> {
        let supplied = || entry.fields().into_iter().filter(|asked| asked.place == FieldPlace::Credentials).map(|asked| asked.name);
        match self {
            Self::Request => {
                let mut known: Vec<String> = entry.auth.credential_fields().iter().map(|name| (*name).to_owned()).collect();
                let more: Vec<String> = supplied().chain(entry.auth.extra_fields().cloned()).filter(|name| !known.contains(name)).collect();
                known.extend(more);
                known
            }
            Self::Authorization => Vec::new(),
            Self::Exchange { also, .. } => supplied().chain(also.iter().map(|name| (*name).to_owned())).collect(),
        }
    }

    fn integration(entry: &Entry) -> Vec<String> {
        let client: &[&str] = match &entry.auth {
            Auth::OAuth2(_) | Auth::OAuth1(_) | Auth::Tba => &["client_id", "client_secret"],
            Auth::Mcp(mcp) if mcp.registration == ClientRegistration::Static => &["client_id", "client_secret"],
            Auth::App(_) => &["app_id", "app_link", "private_key"],
            Auth::AppWithUser(_) => &["client_id", "client_secret", "app_id", "app_link", "private_key"],
            _ => &[],
        };
        client.iter().map(|name| (*name).to_owned()).chain(entry.integration_config.keys().cloned()).collect()
    }
}

//! The authorization request (RFC 6749, 4.1.1).

use std::collections::BTreeMap;

use indexmap::IndexMap;
use oauth2::{PkceCodeChallenge, Scope};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::ModeError;

/// What binds an answer to its request, or us to the code. Nobody but this server sets them.
const OURS: [&str; 6] = ["client_id", "redirect_uri", "response_type", "state", CHALLENGE, METHOD];
const CHALLENGE: &str = "code_challenge";
const METHOD: &str = "code_challenge_method";

/// A URL that is being put together; a later value of a parameter replaces an earlier one.
pub(crate) struct Authorization {
    url: Url,
    params: IndexMap<String, String>,
}

impl Authorization {
    /// For a code. Parameters that the URL has already stay.
    pub(crate) fn new(url: Url, client_id: &str, redirect_uri: &str) -> Self {
        let params = url.query_pairs().into_owned().collect();
        let mut request = Self { url, params };
        request.set("response_type", "code");
        request.set("client_id", client_id);
        request.set("redirect_uri", redirect_uri);
        request
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.params.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.params.shift_remove(name);
    }

    /// Without scopes the provider takes its own default (RFC 6749, 3.3).
    pub(crate) fn scope(&mut self, scopes: &[Scope], separator: &str) {
        if !scopes.is_empty() {
            self.set("scope", &scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(separator));
        }
    }

    /// The caller's parameters; `None` takes one out.
    pub(crate) fn ask(&mut self, params: &BTreeMap<String, Option<String>>) -> Result<(), ModeError> {
        for (name, value) in params {
            if OURS.contains(&name.as_str()) {
                return Err(ModeError::Input {
                    field: format!("authorization_params[{name}]"),
                    problem: "is set by the server; leave it out".to_owned(),
                });
            }
            match value {
                Some(value) => self.set(name, value),
                None => self.remove(name),
            }
        }
        Ok(())
    }

    /// State and challenge, after everything that others may set. The method is S256, never plain (RFC 9700, 2.1.1).
    pub(crate) fn bind(&mut self, state: &str, challenge: Option<&PkceCodeChallenge>) {
        self.set("state", state);
        if let Some(challenge) = challenge {
            self.set(CHALLENGE, challenge.as_str());
            self.set(METHOD, challenge.method().as_str());
        }
    }

    /// `names`: what this provider calls the parameters.
    pub(crate) fn into_url(mut self, names: &IndexMap<String, String>) -> Url {
        let named = self.params.iter().map(|(name, value)| (names.get(name).unwrap_or(name), value));
        let query = Serializer::new(String::new()).extend_pairs(named).finish();
        // Every decoder knows `%20`; not every one knows `+` for a blank. A plus that was meant is `%2B` by now.
        self.url.set_query(Some(&query.replace('+', "%20")));
        self.url
    }
}

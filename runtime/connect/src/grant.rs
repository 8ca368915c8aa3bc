//! What an auth mode yields, or why it does not.

use std::time::Duration;

use serde_json::{Map, Value};
use syncline_domain::Credentials;

/// Credentials, fresh from the provider.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) credentials: Credentials,
    /// What the provider told besides: instance URLs and the like. Added to the connection config.
    pub(crate) connection_config: Map<String, Value>,
    /// Whether the provider still has to say yes, on a way of its own.
    pub(crate) is_pending: bool,
}

impl Grant {
    /// Credentials and nothing else.
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self { credentials, connection_config: Map::new(), is_pending: false }
    }
}

/// Why there are no credentials. Shown to people: no secrets in here.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ModeError {
    /// The provider's definitive answer: trying the same again will not help.
    #[error("{message}")]
    Refused {
        /// The provider's own (`invalid_grant`, `access_denied`) or ours.
        code: String,
        /// For a person.
        message: String,
        /// Of the provider's answer.
        status: Option<u16>,
    },
    /// No answer, or one that says nothing about the credentials: 429, 5xx, a timeout, garbage.
    #[error("{message}")]
    Unavailable {
        /// `503`, `ETIMEDOUT`, ...
        code: String,
        /// For a person.
        message: String,
        /// As the provider asked.
        retry_after: Option<Duration>,
    },
    /// Something that the person supplied is missing or wrong.
    #[error("`{field}` {problem}")]
    Input {
        /// Under the wire's name; empty if it is no single one.
        field: String,
        /// For a person, without the value.
        problem: String,
    },
    /// Something that the operator has to set in the integration.
    #[error("{problem}")]
    Setup {
        /// For a person.
        problem: String,
    },
}

//! Why a connection cannot be made or used.

use syncline_domain::AuthMode;

/// Why a connection cannot be made or used. Displayed to the caller, and free of secrets.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Not in the catalogue.
    #[error(
        "there is no provider `{provider}` in the catalogue; `GET /providers` lists them, and a folder of your own entries can add one"
    )]
    UnknownProvider {
        /// As asked for.
        provider: String,
    },
    /// Not in the environment.
    #[error("there is no integration `{key}` in this environment")]
    UnknownIntegration {
        /// As asked for.
        key: String,
    },
    /// Not in the integration.
    #[error("there is no such connection")]
    UnknownConnection,
    /// The integration's key is in use.
    #[error("the integration key `{key}` is taken")]
    KeyTaken {
        /// As asked for.
        key: String,
    },
    /// The credentials are of another auth mode than the provider's.
    #[error("`{provider}` wants credentials of type {expected}, not {given}", expected = expected.as_str(), given = given.as_str())]
    WrongAuthMode {
        /// The provider's key.
        provider: String,
        /// The entry's.
        expected: AuthMode,
        /// The caller's.
        given: AuthMode,
    },
    /// The connection config lacks something that the provider's URLs need, or breaks its rule.
    #[error("the connection config {problem}")]
    ConnectionConfig {
        /// The field at fault.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// The provider refused the credentials.
    #[error("the provider refused the credentials: {message}")]
    TestFailed {
        /// The provider's status, where it answered.
        status: Option<u16>,
        /// Its answer, shortened.
        message: String,
    },
    /// The store failed.
    #[error("the connection store failed")]
    Store(#[from] syncline_store::Error),
}

impl ConnectError {
    /// Stable, as in the wire contract.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownProvider { .. } => "unknown_provider_template",
            Self::UnknownIntegration { .. } => "unknown_provider_config",
            Self::UnknownConnection => "unknown_connection",
            Self::KeyTaken { .. } => "duplicate_provider_config",
            Self::WrongAuthMode { .. } | Self::ConnectionConfig { .. } => "invalid_body",
            Self::TestFailed { .. } => "connection_test_failed",
            Self::Store(_) => "server_error",
        }
    }
}

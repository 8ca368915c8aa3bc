//! Why a connection cannot be made or used.

use syncline_domain::AuthMode;

use crate::ModeError;
use crate::refresh::Failure;

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
    /// Not the form of a token.
    #[error("this is not a connect session token; create a session with `POST /connect/sessions` and pass on its `token`")]
    SessionTokenFormat,
    /// Ended, deleted, or never there.
    #[error("this connect session has ended; create a new one (they last for 30 minutes)")]
    UnknownSession,
    /// It makes one connection.
    #[error("this connect session has made its connection; create a new one for another")]
    SessionUsed,
    /// A session names an integration that is not there.
    #[error("Integration does not exist")]
    SessionIntegration {
        /// In the session's body.
        path: Vec<String>,
    },
    /// The session is for others.
    #[error("this connect session does not allow the integration `{key}`; add it to `allowed_integrations`")]
    IntegrationNotAllowed {
        /// As asked for.
        key: String,
    },
    /// The connection to authorize again was deleted.
    #[error("the connection to reconnect no longer exists; start a new one")]
    ReconnectTargetGone,
    /// A browser came back with a state that is not known: spent, ended, or made up.
    #[error("this authorization is not known or has ended; close this window and start again")]
    State,
    /// A browser came back that is not the one that left.
    #[error("this authorization was begun in another browser; close this window and start again, with cookies allowed")]
    StateCookie,
    /// Something that a person supplied.
    #[error("`{field}` {problem}")]
    Input {
        /// Under the wire's name.
        field: String,
        /// For a person.
        problem: String,
    },
    /// Something that the operator has to set.
    #[error("{problem}")]
    Setup {
        /// For a person.
        problem: String,
    },
    /// The provider's definitive answer.
    #[error("{message}")]
    Refused {
        /// The provider's own, or ours.
        code: String,
        /// For a person.
        message: String,
        /// Of its answer.
        status: Option<u16>,
    },
    /// The provider has no answer at the moment.
    #[error("{message}; try again in a moment")]
    Unavailable {
        /// For a person.
        message: String,
    },
    /// A function of the product refused the connection.
    #[error("{message}")]
    ValidationFailed {
        /// The function's own words.
        message: String,
    },
    /// A function of the product could not be asked.
    #[error("the connection could not be validated at the moment; try again")]
    ValidationUnavailable,
    /// The credentials have ended and cannot be renewed now.
    #[error("{}", .0.message)]
    NotUsable(Failure),
    /// The store failed.
    #[error("the connection store failed")]
    Store(#[from] syncline_store::Error),
}

impl ConnectError {
    /// Stable, as in the wire contract.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownProvider { .. } => "unknown_provider_template",
            Self::UnknownIntegration { .. } => "unknown_provider_config",
            Self::UnknownConnection => "unknown_connection",
            Self::KeyTaken { .. } => "duplicate_provider_config",
            Self::WrongAuthMode { .. } | Self::ConnectionConfig { .. } | Self::SessionIntegration { .. } | Self::Input { .. } => {
                "invalid_body"
            }
            Self::TestFailed { .. } => "connection_test_failed",
            Self::SessionTokenFormat => "invalid_connect_session_token_format",
            Self::UnknownSession | Self::SessionUsed => "unknown_connect_session_token",
            Self::IntegrationNotAllowed { .. } => "integration_not_allowed",
            Self::ReconnectTargetGone => "invalid_connection",
            Self::State => "state_err",
            Self::StateCookie => "state_cookie_err",
            Self::Setup { .. } => "integration_incomplete",
            Self::Refused { code, .. } if code == "invalid_auth_mode" || code == "auth_mode_err" => "invalid_auth_mode",
            Self::Refused { .. } | Self::Unavailable { .. } => "request_token_external_error",
            Self::ValidationFailed { .. } | Self::ValidationUnavailable => "connection_validation_failed",
            Self::NotUsable(failure) => failure.code,
            Self::Store(_) => "server_error",
        }
    }

    /// Of the HTTP answer.
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownProvider { .. } | Self::UnknownIntegration { .. } => 404,
            Self::SessionTokenFormat | Self::UnknownSession | Self::SessionUsed => 401,
            // The provider's own, where it says something about the credentials.
            Self::TestFailed { status: Some(status @ 400..=499), .. } => *status,
            Self::NotUsable(failure) => failure.status,
            Self::Unavailable { .. } => 502,
            Self::ValidationUnavailable => 503,
            Self::Store(_) => 500,
            _ => 400,
        }
    }

    /// For the WebSocket of a flow: wire contract 1.14.
    pub fn flow_error_type(&self) -> &'static str {
        match self {
            Self::UnknownIntegration { .. } => "unknown_config_key",
            Self::UnknownProvider { .. } | Self::Setup { .. } => "provider_config_err",
            Self::UnknownConnection | Self::ReconnectTargetGone => "connection_not_found",
            Self::WrongAuthMode { .. } => "auth_mode_err",
            Self::State => "state_err",
            Self::StateCookie => "state_cookie_err",
            Self::ConnectionConfig { .. } | Self::Input { .. } => "url_param_err",
            Self::Refused { code, .. } if code == "invalid_auth_mode" || code == "auth_mode_err" => "auth_mode_err",
            Self::Refused { code, .. } if code == "callback_err" => "callback_err",
            Self::Refused { .. } | Self::Unavailable { .. } => "token_err",
            Self::TestFailed { .. } => "connection_test_failed",
            Self::ValidationFailed { .. } | Self::ValidationUnavailable => "connection_validation_failed",
            _ => "unknown_err",
        }
    }
}

impl From<ModeError> for ConnectError {
    fn from(error: ModeError) -> Self {
        match error {
            ModeError::Refused { code, message, status } => Self::Refused { code, message, status },
            ModeError::Unavailable { message, .. } => Self::Unavailable { message },
            ModeError::Input { field, problem } => Self::Input { field, problem },
            ModeError::Setup { problem } => Self::Setup { problem },
        }
    }
}

impl From<Failure> for ConnectError {
    fn from(failure: Failure) -> Self {
        Self::NotUsable(failure)
    }
}

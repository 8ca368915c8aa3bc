//! The forms of credentials, by auth mode, described: the domain's `Credentials` reads and writes them. Wire contract 1.11.

use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::IdText;

/// Credentials as a key that may read them sees them; `{}` for any other, and for connections that have none. Refresh tokens only when asked
/// for.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what the domain writes")]
pub(crate) enum ShownCredentials {
    Hidden(NoCredentials),
    Shown(AnyCredentials),
}

/// `{}`
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoCredentials {}

/// What requests to the provider are signed with, and what it was exchanged for. Provider's own fields are texts beside the named ones.
#[derive(Serialize, ToSchema)]
#[schema(as = Credentials)]
#[serde(tag = "type")]
#[expect(dead_code, reason = "describes what the domain writes")]
pub(crate) enum AnyCredentials {
    /// OAuth 2.0, also of MCP servers
    #[serde(rename = "OAUTH2")]
    Oauth2(Oauth2),
    /// OAuth 1.0a
    #[serde(rename = "OAUTH1")]
    Oauth1 {
        oauth_token: String,
        oauth_token_secret: String,
        /// The provider's own answer
        #[schema(value_type = Object)]
        raw: (),
    },
    /// A key
    #[serde(rename = "API_KEY")]
    ApiKey {
        #[serde(rename = "apiKey")]
        api_key: String,
    },
    /// A name and a password
    #[serde(rename = "BASIC")]
    Basic { username: String, password: String },
    /// OAuth 2.0 client credentials
    #[serde(rename = "OAUTH2_CC")]
    Oauth2Cc {
        client_id: String,
        #[schema(required = false)]
        client_secret: String,
        #[schema(required = false)]
        token: String,
        #[schema(required = false, format = DateTime)]
        expires_at: String,
        #[schema(required = false, value_type = Object)]
        raw: (),
    },
    /// Fields of the provider's choice, and the token that they buy
    #[serde(rename = "TWO_STEP")]
    TwoStep {
        #[schema(required = false)]
        token: String,
        #[schema(required = false)]
        refresh_token: String,
        #[schema(required = false, format = DateTime)]
        expires_at: String,
        #[schema(required = false, value_type = Object)]
        raw: (),
    },
    /// What tokens are signed with, and the token
    #[serde(rename = "JWT")]
    Jwt {
        #[schema(required = false)]
        token: String,
        #[schema(required = false, format = DateTime)]
        expires_at: String,
        #[schema(required = false, value_type = Object)]
        raw: (),
    },
    /// A Bill.com session
    #[serde(rename = "BILL")]
    Bill {
        username: String,
        password: String,
        organization_id: String,
        dev_key: String,
        #[schema(required = false)]
        session_id: String,
        #[schema(required = false)]
        user_id: String,
        #[schema(required = false, format = DateTime)]
        expires_at: String,
        #[schema(required = false, value_type = Object)]
        raw: (),
    },
    /// A name and a password, from which a token is made for each while
    #[serde(rename = "SIGNATURE")]
    Signature {
        username: String,
        password: String,
        #[schema(required = false)]
        token: String,
        #[schema(required = false, format = DateTime)]
        expires_at: String,
        #[schema(required = false, value_type = Object)]
        raw: (),
    },
    /// A role in an AWS account, and the keys of one session in it
    #[serde(rename = "AWS_SIGV4")]
    AwsSigv4 {
        role_arn: String,
        #[schema(required = false)]
        region: String,
        #[schema(required = false)]
        service: String,
        #[schema(required = false)]
        access_key_id: String,
        #[schema(required = false)]
        secret_access_key: String,
        #[schema(required = false)]
        session_token: String,
        #[schema(required = false, format = DateTime)]
        expires_at: String,
        #[schema(required = false, value_type = Object)]
        raw: (),
    },
    /// A NetSuite token
    #[serde(rename = "TBA")]
    Tba {
        token_id: String,
        token_secret: String,
        /// A client of the connection's own
        #[schema(required = false, value_type = Object)]
        config_override: (),
    },
    /// An app's installation
    #[serde(rename = "APP")]
    App(InstalledApp),
    /// An app's installation, and the user who installed it
    #[serde(rename = "CUSTOM")]
    Custom {
        app: InstalledApp,
        #[schema(required = true)]
        user: Option<Oauth2>,
        /// The provider's own answer about the user
        #[schema(value_type = Object)]
        raw: (),
    },
}

/// An OAuth 2.0 token.
#[derive(Serialize, ToSchema)]
#[schema(as = Oauth2Credentials)]
pub(crate) struct Oauth2 {
    access_token: String,
    #[schema(required = false)]
    refresh_token: String,
    #[schema(required = false, format = DateTime)]
    expires_at: String,
    /// A client of the connection's own
    #[schema(required = false, value_type = Object)]
    config_override: (),
    /// The provider's own answer
    #[schema(value_type = Object)]
    raw: (),
}

/// An app's installation.
#[derive(Serialize, ToSchema)]
#[schema(as = AppCredentials)]
pub(crate) struct InstalledApp {
    #[schema(required = false)]
    app_id: String,
    installation_id: String,
    #[schema(required = false)]
    access_token: String,
    #[schema(required = false, format = DateTime)]
    expires_at: String,
    #[schema(required = false, value_type = Object)]
    raw: (),
}

/// Credentials of somebody who connected elsewhere. The `type` is the auth mode of the integration's provider.
#[derive(Serialize, ToSchema)]
#[schema(as = NewCredentials)]
#[serde(tag = "type")]
#[expect(dead_code, reason = "describes what the domain reads")]
pub(crate) enum GivenCredentials {
    /// OAuth 2.0
    #[serde(rename = "OAUTH2")]
    Oauth2 {
        #[schema(min_length = 1)]
        access_token: String,
        /// Without it, the connection ends with its token
        refresh_token: Option<String>,
        #[schema(format = DateTime)]
        expires_at: Option<String>,
        /// The provider's own answer; without it, these fields
        #[schema(value_type = Option<Object>)]
        raw: (),
        /// A client of the connection's own: `client_id`, `client_secret`
        #[schema(value_type = Option<Object>)]
        config_override: (),
    },
    /// OAuth 1.0a
    #[serde(rename = "OAUTH1")]
    Oauth1 {
        #[schema(min_length = 1)]
        oauth_token: String,
        #[schema(min_length = 1)]
        oauth_token_secret: String,
        #[schema(value_type = Option<Object>)]
        raw: (),
    },
    /// OAuth 2.0 client credentials
    #[serde(rename = "OAUTH2_CC")]
    Oauth2Cc {
        client_id: IdText,
        client_secret: Option<String>,
        token: Option<String>,
        #[schema(format = DateTime)]
        expires_at: Option<String>,
    },
    /// A key
    #[serde(rename = "API_KEY")]
    ApiKey {
        #[serde(rename = "apiKey")]
        #[schema(min_length = 1)]
        api_key: String,
    },
    /// A name and a password; either may be missing
    #[serde(rename = "BASIC")]
    Basic { username: Option<String>, password: Option<String> },
    /// A NetSuite token
    #[serde(rename = "TBA")]
    Tba {
        token_id: IdText,
        token_secret: IdText,
        /// A client of the connection's own: `client_id`, `client_secret`
        #[schema(value_type = Option<Object>)]
        config_override: (),
    },
    /// An app's installation
    #[serde(rename = "APP")]
    App { app_id: Option<IdText>, installation_id: IdText },
    /// An app's installation, and the user who installed it: `app_id` and `installation_id`, or `app` and `user` with the fields of `APP` and
    /// `OAUTH2`
    #[serde(rename = "CUSTOM")]
    Custom {
        app_id: Option<IdText>,
        installation_id: Option<IdText>,
        #[schema(value_type = Option<Object>)]
        app: (),
        #[schema(value_type = Option<Object>)]
        user: (),
    },
    /// None
    #[serde(rename = "NONE")]
    None {},
}

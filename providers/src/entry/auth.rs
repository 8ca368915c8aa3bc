//! How a caller signs in.

use indexmap::IndexMap;

use crate::Template;

pub(crate) mod block;
mod exchange;
mod mcp;
mod oauth;

pub(crate) use block::{AuthBlock, Problems};
pub use exchange::{
    Algorithm, App, AppWithUser, AwsSigV4, ClientCredentials, ClientProof, DigestEncoding, Exchange, Jwt, Signature, TokenRequest,
};
pub use mcp::{ClientRegistration, Mcp};
pub use oauth::{BodyFormat, OAuth1, OAuth1Signature, OAuth2, TokenAnswer, TokenAuth};

/// Templates by the name of the header, parameter or field that they fill.
pub type Templates = IndexMap<String, Template>;

/// One of the auth modes, with what it needs.
#[derive(Clone, Debug)]
pub enum Auth {
    /// `OAUTH2`: authorization code (RFC 6749, 4.1).
    OAuth2(Box<OAuth2>),
    /// `OAUTH1`: RFC 5849.
    OAuth1(Box<OAuth1>),
    /// `OAUTH2_CC`: client credentials (RFC 6749, 4.4); the client is the connection's own.
    ClientCredentials(Box<ClientCredentials>),
    /// `API_KEY`: where it goes is written in `proxy.headers` or `proxy.query`.
    ApiKey,
    /// `BASIC`: RFC 7617.
    Basic,
    /// `JWT`: a token that we sign with the connection's key.
    Jwt(Box<Jwt>),
    /// `TWO_STEP`: the connection's fields are exchanged for a token.
    TwoStep(Box<Exchange>),
    /// `BILL`: the same, for a session.
    Bill(Box<Exchange>),
    /// `SIGNATURE`: a token computed from name and password.
    Signature(Box<Signature>),
    /// `TBA`: requests are signed as in OAuth 1.0a, with HMAC-SHA-256 and `connectionConfig.accountId` as the realm.
    Tba,
    /// `AWS_SIGV4`: requests are signed with keys of a role that is assumed for the connection.
    AwsSigV4(Box<AwsSigV4>),
    /// `APP`: an app that is installed, and whose token we buy with the app's key.
    App(Box<App>),
    /// `CUSTOM`: the same with the user who installs it.
    AppWithUser(Box<AppWithUser>),
    /// `MCP_OAUTH2` and `MCP_OAUTH2_GENERIC`: OAuth 2.1 with discovery.
    Mcp(Box<Mcp>),
    /// `INSTALL_PLUGIN`: the user installs a plugin at this address; the connection signs in with Basic.
    InstallPlugin {
        /// Where the user is sent.
        install_url: Template,
    },
    /// `NONE`
    None,
}

impl Auth {
    /// The wire's name: `OAUTH2`, `API_KEY`, ...
    pub const fn mode(&self) -> &'static str {
        match self {
            Self::OAuth2(_) => "OAUTH2",
            Self::OAuth1(_) => "OAUTH1",
            Self::ClientCredentials(_) => "OAUTH2_CC",
            Self::ApiKey => "API_KEY",
            Self::Basic => "BASIC",
            Self::Jwt(_) => "JWT",
            Self::TwoStep(_) => "TWO_STEP",
            Self::Bill(_) => "BILL",
            Self::Signature(_) => "SIGNATURE",
            Self::Tba => "TBA",
            Self::AwsSigV4(_) => "AWS_SIGV4",
            Self::App(_) => "APP",
            Self::AppWithUser(_) => "CUSTOM",
            Self::Mcp(mcp) if mcp.is_generic => "MCP_OAUTH2_GENERIC",
            Self::Mcp(_) => "MCP_OAUTH2",
            Self::InstallPlugin { .. } => "INSTALL_PLUGIN",
            Self::None => "NONE",
        }
    }

    /// Whether a request carries `Authorization` even if the entry writes no such header: `Bearer` with the token, or `Basic`.
    pub const fn has_default_authorization(&self) -> bool {
        matches!(
            self,
            Self::OAuth2(_)
                | Self::ClientCredentials(_)
                | Self::Basic
                | Self::Jwt(_)
                | Self::TwoStep(_)
                | Self::Signature(_)
                | Self::App(_)
                | Self::Mcp(_)
                | Self::InstallPlugin { .. }
        )
    }

    /// The fields of the credentials that a template may read, where they do not depend on the entry's `credentials`.
    pub(crate) const fn credential_fields(&self) -> &'static [&'static str] {
        match self {
            Self::OAuth2(_) | Self::Mcp(_) => &["access_token", "refresh_token"],
            Self::OAuth1(_) => &["oauth_token"],
            Self::ClientCredentials(_) => &["token", "client_id", "client_secret"],
            Self::ApiKey => &["apiKey"],
            Self::Basic | Self::InstallPlugin { .. } => &["username", "password"],
            Self::Jwt(_) => &["token"],
            Self::TwoStep(_) => &["token", "refresh_token"],
            Self::Bill(_) => &["username", "password", "organization_id", "dev_key", "session_id", "user_id"],
            Self::Signature(_) => &["username", "password", "token"],
            Self::Tba => &["token_id"],
            Self::AwsSigV4(_) => &["role_arn", "region", "service"],
            Self::App(_) => &["access_token", "installation_id", "app_id"],
            Self::AppWithUser(_) => &["app.access_token", "user.access_token", "access_token", "app.installation_id", "app.app_id"],
            Self::None => &[],
        }
    }

    /// What the exchange yields, which nobody supplies.
    pub(crate) const fn obtained_fields(&self) -> &'static [&'static str] {
        match self {
            Self::ClientCredentials(_) | Self::Jwt(_) | Self::Signature(_) => &["token"],
            Self::TwoStep(_) => &["token", "refresh_token"],
            Self::Bill(_) => &["session_id", "user_id"],
            Self::AwsSigV4(_) => &["access_key_id", "secret_access_key", "session_token"],
            _ => &[],
        }
    }

    /// Fields that the entry takes from the answer besides the token.
    pub(crate) fn extra_fields(&self) -> impl Iterator<Item = &String> {
        let exchange = match self {
            Self::TwoStep(exchange) | Self::Bill(exchange) => Some(exchange),
            Self::Jwt(jwt) => jwt.exchange.as_ref(),
            _ => None,
        };
        exchange.into_iter().flat_map(|exchange| exchange.fields.keys())
    }
}

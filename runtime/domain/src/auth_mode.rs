//! How providers let callers in.

use serde::{Deserialize, Serialize};

/// How a provider lets a caller in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum AuthMode {
    /// OAuth 2.0 authorization code (RFC 6749, 4.1).
    #[serde(rename = "OAUTH2")]
    Oauth2,
    /// OAuth 1.0a (RFC 5849).
    #[serde(rename = "OAUTH1")]
    Oauth1,
    /// OAuth 2.0 client credentials (RFC 6749, 4.4).
    #[serde(rename = "OAUTH2_CC")]
    Oauth2Cc,
    /// A key in a header or query parameter.
    #[serde(rename = "API_KEY")]
    ApiKey,
    /// HTTP Basic (RFC 7617).
    #[serde(rename = "BASIC")]
    Basic,
    /// A token that we sign ourselves (RFC 7519).
    #[serde(rename = "JWT")]
    Jwt,
    /// Fields of the provider's choice, exchanged for a token.
    #[serde(rename = "TWO_STEP")]
    TwoStep,
    /// A token computed from a name and a password for each while (WSSE).
    #[serde(rename = "SIGNATURE")]
    Signature,
    /// NetSuite's token-based authentication: OAuth 1.0a without the dance.
    #[serde(rename = "TBA")]
    Tba,
    /// Bill.com's sessions.
    #[serde(rename = "BILL")]
    Bill,
    /// Amazon's request signatures, version 4, with keys of an assumed role.
    #[serde(rename = "AWS_SIGV4")]
    AwsSigv4,
    /// An app that the provider's user installs: GitHub Apps.
    #[serde(rename = "APP")]
    App,
    /// An app that is installed, and the user who did: both tokens.
    #[serde(rename = "CUSTOM")]
    Custom,
    /// OAuth 2.1 as MCP has it, towards one known server.
    #[serde(rename = "MCP_OAUTH2")]
    McpOauth2,
    /// The same towards a server that the user names.
    #[serde(rename = "MCP_OAUTH2_GENERIC")]
    McpOauth2Generic,
    /// A plugin on the provider's side that signs in with a name and a password.
    #[serde(rename = "INSTALL_PLUGIN")]
    InstallPlugin,
    /// No credential at all.
    #[serde(rename = "NONE")]
    None,
}

impl AuthMode {
    /// Every mode.
    pub const ALL: [Self; 17] = [
        Self::Oauth2,
        Self::Oauth1,
        Self::Oauth2Cc,
        Self::ApiKey,
        Self::Basic,
        Self::Jwt,
        Self::TwoStep,
        Self::Signature,
        Self::Tba,
        Self::Bill,
        Self::AwsSigv4,
        Self::App,
        Self::Custom,
        Self::McpOauth2,
        Self::McpOauth2Generic,
        Self::InstallPlugin,
        Self::None,
    ];

    /// The wire's name: `OAUTH2`, `API_KEY`, ...
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oauth2 => "OAUTH2",
            Self::Oauth1 => "OAUTH1",
            Self::Oauth2Cc => "OAUTH2_CC",
            Self::ApiKey => "API_KEY",
            Self::Basic => "BASIC",
            Self::Jwt => "JWT",
            Self::TwoStep => "TWO_STEP",
            Self::Signature => "SIGNATURE",
            Self::Tba => "TBA",
            Self::Bill => "BILL",
            Self::AwsSigv4 => "AWS_SIGV4",
            Self::App => "APP",
            Self::Custom => "CUSTOM",
            Self::McpOauth2 => "MCP_OAUTH2",
            Self::McpOauth2Generic => "MCP_OAUTH2_GENERIC",
            Self::InstallPlugin => "INSTALL_PLUGIN",
            Self::None => "NONE",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }

    /// Whether a browser has to visit the provider.
    pub const fn is_redirect(self) -> bool {
        matches!(
            self,
            Self::Oauth2 | Self::Oauth1 | Self::App | Self::Custom | Self::McpOauth2 | Self::McpOauth2Generic | Self::InstallPlugin
        )
    }

    /// Whether somebody can have such credentials without having connected here.
    pub const fn is_importable(self) -> bool {
        matches!(
            self,
            Self::Oauth2 | Self::Oauth2Cc | Self::Oauth1 | Self::ApiKey | Self::Basic | Self::Tba | Self::App | Self::Custom | Self::None
        )
    }

    /// The fields that an exchange yields, under the wire's names. All others of such credentials were supplied.
    pub const fn obtained_fields(self) -> &'static [&'static str] {
        match self {
            Self::Oauth2Cc | Self::Jwt | Self::Signature => &["token"],
            Self::TwoStep => &["token", "refresh_token"],
            Self::Bill => &["session_id", "user_id"],
            Self::AwsSigv4 => &["access_key_id", "secret_access_key", "session_token"],
            Self::App => &["access_token", "jwtToken"],
            _ => &[],
        }
    }

    /// The fields without which credentials of an exchanging mode are nothing, where they do not depend on the provider.
    pub const fn required_fields(self) -> &'static [&'static str] {
        match self {
            Self::Oauth2Cc => &["client_id"],
            Self::Tba => &["token_id", "token_secret"],
            Self::Bill => &["username", "password", "organization_id", "dev_key"],
            Self::Signature => &["username", "password"],
            Self::AwsSigv4 => &["role_arn"],
            Self::App => &["installation_id"],
            _ => &[],
        }
    }
}

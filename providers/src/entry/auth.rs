//! How a caller signs in.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::Template;

/// One of the auth modes, with what it needs.
#[derive(Clone, Debug)]
pub enum Auth {
    /// OAuth 2.0 authorization code.
    OAuth2(Box<OAuth2>),
    /// A key; where it goes is written in `proxy.headers` or `proxy.query`.
    ApiKey,
    /// HTTP Basic.
    Basic,
    /// Nothing.
    None,
}

impl Auth {
    /// The wire's name: `OAUTH2`, `API_KEY`, `BASIC`, `NONE`.
    pub const fn mode(&self) -> &'static str {
        match self {
            Self::OAuth2(_) => "OAUTH2",
            Self::ApiKey => "API_KEY",
            Self::Basic => "BASIC",
            Self::None => "NONE",
        }
    }

    /// The fields of the credentials that a template may read.
    pub(crate) const fn credential_fields(&self) -> &'static [&'static str] {
        match self {
            Self::OAuth2(_) => &["access_token"],
            Self::ApiKey => &["apiKey"],
            Self::Basic => &["username", "password"],
            Self::None => &[],
        }
    }
}

/// What an authorization-code flow (RFC 6749, 4.1) needs to know.
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// Where the user is sent.
    pub authorization_url: Template,
    /// Added to the authorization request.
    pub authorization_params: IndexMap<String, String>,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: Template,
    /// Added to the code exchange.
    pub token_params: IndexMap<String, String>,
    /// Where refresh tokens are exchanged, if elsewhere.
    pub refresh_url: Option<Template>,
    /// How the client proves itself there.
    pub token_auth: TokenAuth,
    /// How the exchange is written.
    pub body_format: BodyFormat,
    /// Between scopes.
    pub scope_separator: String,
    /// Asked for when the integration names none.
    pub default_scopes: Vec<String>,
    /// Whether a code challenge (RFC 7636, S256) is sent.
    pub pkce: bool,
    /// Fields of the token answer that become connection config.
    pub token_response_metadata: Vec<String>,
}

/// Client authentication at the token endpoint (RFC 6749, 2.3.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenAuth {
    /// `client_id` and `client_secret` in the body.
    #[default]
    Body,
    /// HTTP Basic.
    Basic,
}

/// How a token request is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyFormat {
    /// `application/x-www-form-urlencoded`, as the RFC has it.
    #[default]
    Form,
    /// JSON.
    Json,
}

/// The file's `auth` block: flat, so that a defect keeps its line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthBlock {
    mode: String,
    authorization_url: Option<Template>,
    #[serde(default)]
    authorization_params: IndexMap<String, String>,
    token_url: Option<Template>,
    #[serde(default)]
    token_params: IndexMap<String, String>,
    refresh_url: Option<Template>,
    #[serde(default)]
    token_auth: Option<TokenAuth>,
    #[serde(default)]
    body_format: Option<BodyFormat>,
    scope_separator: Option<String>,
    #[serde(default)]
    default_scopes: Vec<String>,
    pkce: Option<bool>,
    #[serde(default)]
    token_response_metadata: Vec<String>,
}

impl AuthBlock {
    /// The auth of the mode, or the field at fault and why.
    pub(crate) fn into_auth(self) -> Result<Auth, (&'static str, String)> {
        let simple = match self.mode.as_str() {
            "OAUTH2" => return self.into_oauth2().map(|oauth| Auth::OAuth2(Box::new(oauth))),
            "API_KEY" => Auth::ApiKey,
            "BASIC" => Auth::Basic,
            "NONE" => Auth::None,
            other => return Err(("auth.mode", format!("`{other}` is not one of OAUTH2, API_KEY, BASIC, NONE"))),
        };
        let present = [
            ("auth.authorization_url", self.authorization_url.is_some()),
            ("auth.authorization_params", !self.authorization_params.is_empty()),
            ("auth.token_url", self.token_url.is_some()),
            ("auth.token_params", !self.token_params.is_empty()),
            ("auth.refresh_url", self.refresh_url.is_some()),
            ("auth.token_auth", self.token_auth.is_some()),
            ("auth.body_format", self.body_format.is_some()),
            ("auth.scope_separator", self.scope_separator.is_some()),
            ("auth.default_scopes", !self.default_scopes.is_empty()),
            ("auth.pkce", self.pkce.is_some()),
            ("auth.token_response_metadata", !self.token_response_metadata.is_empty()),
        ];
        match present.into_iter().find(|(_, present)| *present) {
            Some((field, _)) => Err((field, format!("only for OAUTH2, not for {}", self.mode))),
            None => Ok(simple),
        }
    }

    fn into_oauth2(self) -> Result<OAuth2, (&'static str, String)> {
        let missing = |field| (field, "is missing, OAUTH2 needs it".to_owned());
        Ok(OAuth2 {
            authorization_url: self.authorization_url.ok_or_else(|| missing("auth.authorization_url"))?,
            authorization_params: self.authorization_params,
            token_url: self.token_url.ok_or_else(|| missing("auth.token_url"))?,
            token_params: self.token_params,
            refresh_url: self.refresh_url,
            token_auth: self.token_auth.unwrap_or_default(),
            body_format: self.body_format.unwrap_or_default(),
            scope_separator: self.scope_separator.unwrap_or_else(|| " ".to_owned()),
            default_scopes: self.default_scopes,
            pkce: self.pkce.ok_or_else(|| missing("auth.pkce"))?,
            token_response_metadata: self.token_response_metadata,
        })
    }
}

//! What OAuth needs to know of a provider.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Templates;
use crate::Template;

/// What an authorization-code flow (RFC 6749, 4.1) needs to know.
#[derive(Clone, Debug)]
pub struct OAuth2 {
    /// Where the user is sent.
    pub authorization_url: Template,
    /// Added to the authorization request.
    pub authorization_params: Templates,
    /// Parameters of the authorization request, and what this provider calls them: `client_id` to `client_key`.
    pub parameter_names: indexmap::IndexMap<String, String>,
    /// The authorization server's issuer identifier, where it sends `iss` (RFC 9207). Compared byte by byte.
    pub issuer: Option<Template>,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: Template,
    /// Added to the code exchange.
    pub token_params: Templates,
    /// Fields of token requests, and what this provider calls them: `code` to `auth_code`.
    pub token_parameter_names: indexmap::IndexMap<String, String>,
    /// Sent with every token request.
    pub token_headers: Templates,
    /// `POST` unless the provider wants `GET`, with the parameters in the query.
    pub token_method: String,
    /// Where refresh tokens are exchanged, if elsewhere.
    pub refresh_url: Option<Template>,
    /// Added to the refresh.
    pub refresh_params: Templates,
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
    /// Where the token stands in the answer.
    pub token_answer: TokenAnswer,
    /// Fields of the token answer that become connection config.
    pub token_response_metadata: Vec<String>,
    /// What the callback calls the code.
    pub code_param: String,
    /// Parameters of the callback that become connection config.
    pub callback_metadata: Vec<String>,
}

/// Where a token and its end stand in a token answer, by dotted paths.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenAnswer {
    /// The token; tried in order.
    pub token: Vec<String>,
    /// What buys the next one.
    pub refresh_token: Vec<String>,
    /// Its life from now.
    pub expires_in: Vec<String>,
    /// Of `expires_in`: 1000 for seconds, 1 for milliseconds.
    pub expires_in_unit_ms: u64,
    /// Its end: epoch (s or ms) or a date.
    pub expires_at: Vec<String>,
    /// Its life if the answer says nothing, in seconds.
    pub lifetime_s: Option<u64>,
}

impl TokenAnswer {
    /// As RFC 6749, 5.1, writes it.
    pub fn standard() -> Self {
        let path = |text: &str| vec![text.to_owned()];
        Self {
            token: path("access_token"),
            refresh_token: path("refresh_token"),
            expires_in: path("expires_in"),
            expires_in_unit_ms: 1000,
            expires_at: path("expires_at"),
            lifetime_s: None,
        }
    }
}

/// Client authentication at the token endpoint (RFC 6749, 2.3.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenAuth {
    /// `client_id` and `client_secret` in the body.
    #[default]
    Body,
    /// HTTP Basic.
    Basic,
}

/// How a token request is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyFormat {
    /// `application/x-www-form-urlencoded`, as the RFC has it.
    #[default]
    Form,
    /// JSON.
    Json,
    /// In the URL's query, with an empty body.
    Query,
}

/// What the three legs of OAuth 1.0a (RFC 5849, 2) need to know.
#[derive(Clone, Debug)]
pub struct OAuth1 {
    /// Where temporary credentials come from.
    pub request_url: Template,
    /// Added to that request.
    pub request_params: Templates,
    /// Where the user is sent.
    pub authorization_url: Template,
    /// Added there.
    pub authorization_params: Templates,
    /// Where the token comes from.
    pub token_url: Template,
    /// How requests are signed.
    pub signature_method: OAuth1Signature,
    /// Fields of the token answer that become connection config.
    pub token_response_metadata: Vec<String>,
}

/// RFC 5849, 3.4.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
pub enum OAuth1Signature {
    /// HMAC over the base string.
    #[default]
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
    /// The same with SHA-256, as TBA has it.
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
    /// The secrets themselves, over TLS.
    #[serde(rename = "PLAINTEXT")]
    Plaintext,
}

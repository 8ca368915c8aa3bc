//! Modes in which something that a person supplied is exchanged for a token, without a browser.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{BodyFormat, OAuth2, Templates, TokenAnswer, TokenAuth};
use crate::Template;

/// One request for a token, as the entry describes it.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// `POST` unless said otherwise.
    pub method: String,
    /// Where.
    pub url: Template,
    /// Besides the content type; one that does not resolve is left out.
    pub headers: Templates,
    /// In the URL; one that does not resolve is left out.
    pub query: Templates,
    /// Dotted names make nested JSON; one that does not resolve is left out.
    pub body: Templates,
    /// How the body is written.
    pub body_format: BodyFormat,
}

/// `TWO_STEP` and `BILL`: requests in order, the last of which answers with the token.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Requests before the last; their answers are `step1.PATH`, `step2.PATH`, ...
    pub steps: Vec<TokenRequest>,
    /// The one that yields the token.
    pub request: TokenRequest,
    /// Where the token stands.
    pub answer: TokenAnswer,
    /// Other credential fields and where they stand: `user_id` at `response_data.usersId`.
    pub fields: indexmap::IndexMap<String, String>,
    /// Instead of the whole exchange, while there is a refresh token.
    pub refresh: Option<TokenRequest>,
    /// Fields of the answer that become connection config.
    pub token_response_metadata: Vec<String>,
}

/// `OAUTH2_CC`
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// Where.
    pub token_url: Template,
    /// Added to `grant_type=client_credentials`, or in its place.
    pub token_params: Templates,
    /// Sent with the request.
    pub token_headers: Templates,
    /// How the client proves itself.
    pub proof: ClientProof,
    /// How the request is written.
    pub body_format: BodyFormat,
    /// Between scopes.
    pub scope_separator: String,
    /// Asked for when nobody names any.
    pub default_scopes: Vec<String>,
    /// Where the token stands.
    pub token_answer: TokenAnswer,
    /// Fields of the answer that become connection config.
    pub token_response_metadata: Vec<String>,
}

/// How a client of its own proves itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientProof {
    /// `client_secret` in the body or by Basic.
    Secret(TokenAuth),
    /// A signed assertion (RFC 7523, 2.2) with `client_private_key`; `x5t#S256` of `client_certificate` if there is one.
    PrivateKeyJwt(Algorithm),
    /// A client certificate in the TLS handshake (RFC 8705): `client_certificate` and `client_private_key`.
    Certificate,
}

/// How a JWT is signed (RFC 7518, 3.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    #[serde(rename = "HS256")]
    Hs256,
    /// RSA with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl Algorithm {
    /// The name in a JWT's header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// `JWT`: a token made here.
#[derive(Clone, Debug)]
pub struct Jwt {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// The key: PEM, or for HS256 the shared secret.
    pub signing_key: Template,
    /// Whether the shared secret is written in hexadecimal.
    pub is_hex_key: bool,
    /// Besides `typ` and `alg`.
    pub header: Templates,
    /// Besides `iat` and `exp`.
    pub payload: Templates,
    /// Of each token, in seconds.
    pub lifetime_s: u64,
    /// If there, the token is an assertion that buys the real one; it is `${credentials.assertion}` there.
    pub exchange: Option<Box<Exchange>>,
}

/// `SIGNATURE`: WSSE's UsernameToken is the one protocol.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Of each token, in seconds.
    pub lifetime_s: u64,
    /// How its digest is written.
    pub digest: DigestEncoding,
}

/// What of a SHA-1 digest is written in base64.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DigestEncoding {
    /// Its bytes, as the protocol has it.
    #[default]
    Bytes,
    /// Its hexadecimal text: what comes of a language whose SHA-1 is a text, and what some providers expect therefore.
    Hex,
}

/// `AWS_SIGV4`
#[derive(Clone, Debug)]
pub struct AwsSigV4 {
    /// The service's name in the signature's scope: `s3`.
    pub service: Template,
    /// Where roles are assumed; holds `${connectionConfig.region}` or `${credentials.region}`.
    pub sts_url: Template,
    /// Of assumed keys, in seconds.
    pub lifetime_s: u64,
}

/// `APP`
#[derive(Clone, Debug)]
pub struct App {
    /// Where the user installs it; `${integration.app_link}`, usually.
    pub authorization_url: Template,
    /// Where an installation's token is bought with the app's JWT.
    pub token_request: TokenRequest,
    /// Where the token stands.
    pub token_answer: TokenAnswer,
    /// Of the JWT, in seconds.
    pub jwt_lifetime_s: u64,
}

/// `CUSTOM`
#[derive(Clone, Debug)]
pub struct AppWithUser {
    /// The installation.
    pub app: App,
    /// The user's authorization.
    pub user: OAuth2,
    /// Sent with the user's token; succeeds only where the user may use `${credentials.installation_id}`, which comes through the browser and
    /// could be anybody's.
    pub ownership_request: TokenRequest,
}

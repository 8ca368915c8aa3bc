//! The blocks inside the `auth` block.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Template;
use crate::check::REQUEST_METHODS;
use crate::entry::auth::{Algorithm, App, BodyFormat, Jwt, Templates, TokenAnswer, TokenRequest};
use crate::schema::pattern::DOTTED_PATH;

/// One request for a token.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenRequestBlock {
    /// POST if left out.
    #[schemars(extend("enum" = REQUEST_METHODS))]
    method: Option<String>,
    /// Where.
    url: Template,
    /// Besides the content type. One that does not resolve is left out.
    #[serde(default)]
    headers: Templates,
    /// Added to the URL. One that does not resolve is left out.
    #[serde(default)]
    query: Templates,
    /// Dotted names make objects in JSON. One that does not resolve is left out.
    #[serde(default)]
    body: Templates,
    /// How the body is written; as a form if left out.
    #[serde(default)]
    body_format: BodyFormat,
}

impl TokenRequestBlock {
    pub(super) fn into_request(self) -> TokenRequest {
        let Self { method, url, headers, query, body, body_format } = self;
        TokenRequest { method: method.unwrap_or_else(|| "POST".to_owned()), url, headers, query, body, body_format }
    }
}

/// Where things stand in a token answer; what is not said stands where RFC 6749 has it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenAnswerBlock {
    /// Where the token stands: a dotted path, or several that are tried in order; `access_token` if left out.
    token: Option<Paths>,
    /// Where what buys the next one stands; `refresh_token` if left out.
    refresh_token: Option<Paths>,
    /// Where the token's life from now stands; `expires_in` if left out.
    expires_in: Option<Paths>,
    /// Of `expires_in`: seconds (s) or milliseconds (ms); seconds if left out.
    expires_in_unit: Option<Unit>,
    /// Where the token's end stands, an epoch or a date; `expires_at` if left out.
    expires_at: Option<Paths>,
    /// The token's life in seconds, for answers that do not say it.
    #[schemars(range(min = 1))]
    lifetime_s: Option<u64>,
}

/// A dotted path, or several that are tried in order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "must be a dotted path or a list of them")]
enum Paths {
    One(#[schemars(regex(pattern = DOTTED_PATH))] String),
    Many(#[schemars(inner(regex(pattern = DOTTED_PATH)))] Vec<String>),
}

#[derive(Debug, Deserialize, JsonSchema)]
enum Unit {
    /// Seconds.
    #[serde(rename = "s")]
    Seconds,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Millis,
}

impl Paths {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(path) => vec![path],
            Self::Many(paths) => paths,
        }
    }
}

impl TokenAnswerBlock {
    pub(super) fn into_answer(self) -> TokenAnswer {
        let standard = TokenAnswer::standard();
        TokenAnswer {
            token: self.token.map_or(standard.token, Paths::into_vec),
            refresh_token: self.refresh_token.map_or(standard.refresh_token, Paths::into_vec),
            expires_in: self.expires_in.map_or(standard.expires_in, Paths::into_vec),
            expires_in_unit_ms: match self.expires_in_unit {
                Some(Unit::Millis) => 1,
                Some(Unit::Seconds) | None => standard.expires_in_unit_ms,
            },
            expires_at: self.expires_at.map_or(standard.expires_at, Paths::into_vec),
            lifetime_s: self.lifetime_s,
        }
    }
}

/// A token that we sign.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JwtBlock {
    /// How it is signed.
    algorithm: Algorithm,
    /// The key, a field of `credentials`: PEM, or for HS256 the shared secret.
    signing_key: Template,
    /// How a shared secret is written; as it is if left out.
    #[serde(default)]
    key_encoding: KeyEncoding,
    /// Besides `typ` and `alg`.
    #[serde(default)]
    header: Templates,
    /// Besides `iat` and `exp`.
    #[serde(default)]
    payload: Templates,
    /// Of each token, in seconds; well under the provider's limit, since clocks differ.
    #[schemars(range(min = 1))]
    lifetime_s: u64,
}

/// How a shared secret is written. A key pair's is PEM, whatever stands here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum KeyEncoding {
    /// As it is.
    #[default]
    Utf8,
    /// In hexadecimal.
    Hex,
}

impl JwtBlock {
    pub(super) fn into_jwt(self) -> Jwt {
        Jwt {
            algorithm: self.algorithm,
            signing_key: self.signing_key,
            is_hex_key: self.key_encoding == KeyEncoding::Hex,
            header: self.header,
            payload: self.payload,
            lifetime_s: self.lifetime_s,
            exchange: None,
        }
    }
}

/// An app that is installed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AppBlock {
    /// Where the user installs it; `${integration.app_link}`, usually.
    authorization_url: Template,
    /// Where an installation's token is bought with the app's JWT, which is sent as Bearer unless this writes the header.
    token_request: TokenRequestBlock,
    /// Where things stand in the answer; as in RFC 6749, 5.1, if left out.
    token_response: Option<TokenAnswerBlock>,
    /// Of the JWT, in seconds.
    #[schemars(range(min = 1))]
    jwt_lifetime_s: u64,
}

impl AppBlock {
    pub(super) fn into_app(self) -> App {
        App {
            authorization_url: self.authorization_url,
            token_request: self.token_request.into_request(),
            token_answer: self.token_response.map_or_else(TokenAnswer::standard, TokenAnswerBlock::into_answer),
            jwt_lifetime_s: self.jwt_lifetime_s,
        }
    }
}

/// How a client of its own proves itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProofName {
    /// `client_secret`.
    Secret,
    /// A signed assertion (RFC 7523, 2.2).
    PrivateKeyJwt,
    /// A certificate in the TLS handshake (RFC 8705).
    Certificate,
}

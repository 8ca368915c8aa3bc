//! The blocks inside the `auth` block.

use serde::Deserialize;

use crate::Template;
use crate::entry::auth::{Algorithm, App, BodyFormat, Jwt, Templates, TokenAnswer, TokenRequest};

/// One request for a token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenRequestBlock {
    method: Option<String>,
    url: Template,
    #[serde(default)]
    headers: Templates,
    #[serde(default)]
    query: Templates,
    #[serde(default)]
    body: Templates,
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenAnswerBlock {
    token: Option<Paths>,
    refresh_token: Option<Paths>,
    expires_in: Option<Paths>,
    expires_in_unit: Option<Unit>,
    expires_at: Option<Paths>,
    lifetime_s: Option<u64>,
}

/// A dotted path, or several that are tried in order.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "must be a dotted path or a list of them")]
enum Paths {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
enum Unit {
    #[serde(rename = "s")]
    Seconds,
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JwtBlock {
    algorithm: Algorithm,
    signing_key: Template,
    #[serde(default)]
    key_encoding: KeyEncoding,
    #[serde(default)]
    header: Templates,
    #[serde(default)]
    payload: Templates,
    lifetime_s: u64,
}

/// How a shared secret is written. A key pair's is PEM, whatever stands here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeyEncoding {
    #[default]
    Utf8,
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppBlock {
    authorization_url: Template,
    token_request: TokenRequestBlock,
    token_response: Option<TokenAnswerBlock>,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProofName {
    Secret,
    PrivateKeyJwt,
    Certificate,
}

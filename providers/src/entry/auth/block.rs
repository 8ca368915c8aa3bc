//! The file's `auth` block: flat, so that a defect keeps its line.

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema};
use serde::Deserialize;

use super::{Algorithm, Auth, BodyFormat, ClientRegistration, DigestEncoding, OAuth1Signature, Templates, TokenAuth};
use crate::check::TOKEN_METHODS;
use crate::{Template, schema};

mod build;
mod nested;

use nested::{AppBlock, JwtBlock, ProofName, TokenAnswerBlock, TokenRequestBlock};

/// What is wrong, as field (from the file's top) and problem; empty where nothing is.
pub(crate) type Problems = Vec<(String, String)>;

/// The wire's names of all modes, as a file may say them.
pub(crate) const MODES: &[&str] = &[
    "OAUTH2",
    "OAUTH1",
    "OAUTH2_CC",
    "API_KEY",
    "BASIC",
    "JWT",
    "TWO_STEP",
    "BILL",
    "SIGNATURE",
    "TBA",
    "AWS_SIGV4",
    "APP",
    "CUSTOM",
    "MCP_OAUTH2",
    "MCP_OAUTH2_GENERIC",
    "INSTALL_PLUGIN",
    "NONE",
];

/// What each mode is, for whoever has to choose.
const ABOUT: &[(&str, &str)] = &[
    ("OAUTH2", "Authorization code (RFC 6749, 4.1): consent in a browser; code, token and refresh by the server"),
    ("OAUTH1", "RFC 5849: consent in a browser; requests are signed"),
    ("OAUTH2_CC", "Client credentials (RFC 6749, 4.4): people bring a client of their own"),
    ("API_KEY", "A key, which `proxy.headers` or `proxy.query` must carry as ${apiKey}"),
    ("BASIC", "Name and password (RFC 7617)"),
    ("JWT", "A token that the server signs with the connection's key, and may exchange for another"),
    ("TWO_STEP", "The fields under `credentials` are exchanged for a token"),
    ("BILL", "Name, password, organization and developer key are exchanged for a session"),
    ("SIGNATURE", "A WSSE UsernameToken, computed from name and password"),
    ("TBA", "Requests are signed as in OAuth 1.0a, with `connectionConfig.accountId` as the realm"),
    ("AWS_SIGV4", "A role that the server assumes; requests carry an AWS signature, version 4"),
    ("APP", "An app that is installed in a browser; the server buys its tokens with the app's key"),
    ("CUSTOM", "The same, with the user who installs it"),
    ("MCP_OAUTH2", "OAuth 2.1 with discovery, as the Model Context Protocol has it"),
    ("MCP_OAUTH2_GENERIC", "The same towards a server that the user names"),
    ("INSTALL_PLUGIN", "The user installs a plugin, which signs in by itself"),
    ("NONE", "Nothing is supplied or sent"),
];

/// Each field of the block with its type and the modes that know it: the one place that says so.
macro_rules! auth_block {
    ($($(#[$meta:meta])* $field:ident: $type:ty, for $($mode:ident)+;)*) => {
        /// How a caller signs in.
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[schemars(transform = by_mode)]
        pub(crate) struct AuthBlock {
            /// The auth mode; it decides which other fields there are.
            mode: Option<String>,
            $($(#[$meta])* $field: Option<$type>,)*
        }

        impl AuthBlock {
            /// Every field with the modes that know it; the documentation must know it too.
            pub(crate) const FIELDS: &[(&str, &[&str])] = &[$((stringify!($field), &[$(stringify!($mode)),+])),*];

            /// Every field that is written, with the modes that know it.
            fn written(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
                let written = [$(self.$field.is_some()),*];
                Self::FIELDS.iter().zip(written).filter(|(_, written)| *written).map(|(field, _)| *field)
            }
        }
    };
}

auth_block! {
    /// Where the browser goes.
    authorization_url: Template, for OAUTH2 OAUTH1 CUSTOM;
    /// Added to the query of the authorization request.
    authorization_params: Templates, for OAUTH2 OAUTH1 CUSTOM;
    /// What this provider calls the standard parameters of the authorization request: `client_id: client_key`.
    parameter_names: IndexMap<String, String>, for OAUTH2 CUSTOM;
    /// Only if the provider sends `iss` (RFC 9207); an answer without it, or with another, is refused.
    issuer: Template, for OAUTH2 CUSTOM;
    /// Where temporary credentials come from.
    request_url: Template, for OAUTH1;
    /// Added to that request.
    request_params: Templates, for OAUTH1;
    /// How requests are signed; HMAC-SHA1 if left out.
    signature_method: OAuth1Signature, for OAUTH1;
    /// Where tokens come from.
    token_url: Template, for OAUTH2 OAUTH1 OAUTH2_CC CUSTOM;
    /// Added to the token request, or in place of a standard field of the name.
    token_params: Templates, for OAUTH2 OAUTH2_CC CUSTOM;
    /// What this provider calls the standard fields of token requests, `code` among them.
    token_parameter_names: IndexMap<String, String>, for OAUTH2 CUSTOM;
    /// Headers of token requests.
    token_headers: Templates, for OAUTH2 OAUTH2_CC CUSTOM;
    /// POST, or GET with everything in the query; POST if left out.
    #[schemars(extend("enum" = TOKEN_METHODS))]
    token_method: String, for OAUTH2 CUSTOM;
    /// How the client proves itself; in the body if left out.
    token_auth: TokenAuth, for OAUTH2 OAUTH2_CC CUSTOM;
    /// How token requests are written; as a form if left out.
    body_format: BodyFormat, for OAUTH2 OAUTH2_CC CUSTOM;
    /// Where refresh tokens are exchanged; at `token_url` if left out.
    refresh_url: Template, for OAUTH2 CUSTOM;
    /// Added to that request.
    refresh_params: Templates, for OAUTH2 CUSTOM;
    /// Between scopes; a space if left out.
    #[schemars(length(min = 1))]
    scope_separator: String, for OAUTH2 OAUTH2_CC CUSTOM;
    /// Asked for if the integration names none.
    default_scopes: Vec<String>, for OAUTH2 OAUTH2_CC CUSTOM MCP_OAUTH2 MCP_OAUTH2_GENERIC;
    /// Whether S256 (RFC 7636) is sent; false only if the provider refuses it.
    pkce: bool, for OAUTH2 CUSTOM;
    /// What the callback calls the code; `code` if left out.
    #[schemars(length(min = 1))]
    code_param: String, for OAUTH2 CUSTOM;
    /// Parameters of the callback that become connection config, before the code is exchanged.
    callback_metadata: Vec<String>, for OAUTH2 CUSTOM;
    /// Where things stand in the token answer; as in RFC 6749, 5.1, if left out.
    token_response: TokenAnswerBlock, for OAUTH2 OAUTH2_CC TWO_STEP BILL JWT CUSTOM;
    /// Fields of the token answer that become connection config.
    token_response_metadata: Vec<String>, for OAUTH2 OAUTH1 OAUTH2_CC TWO_STEP BILL JWT CUSTOM;
    /// How a client of one's own proves itself; with its secret if left out.
    client_proof: ProofName, for OAUTH2_CC;
    /// Only with `client_proof: private_key_jwt`: RS256, which is meant if it is left out, or ES256.
    assertion_algorithm: Algorithm, for OAUTH2_CC;
    /// Requests before `token_request`, in order. What they answer is `${step1.PATH}`, `${step2.PATH}`, ... in later ones.
    steps: Vec<TokenRequestBlock>, for TWO_STEP BILL JWT;
    /// The request that yields the token.
    token_request: TokenRequestBlock, for TWO_STEP BILL JWT;
    /// Instead of all of them, while there is a `${refreshToken}`; everything again if left out.
    refresh_request: TokenRequestBlock, for TWO_STEP BILL JWT;
    /// Other credentials, and their dotted paths in the answer.
    fields: IndexMap<String, String>, for TWO_STEP BILL JWT;
    /// The token that the server signs.
    jwt: JwtBlock, for JWT;
    /// Of a computed token or of assumed keys, in seconds; 300 for SIGNATURE and 3600 for AWS_SIGV4 if left out.
    #[schemars(range(min = 1))]
    lifetime_s: u64, for SIGNATURE AWS_SIGV4;
    /// What of the SHA-1 digest is written in base64; its bytes if left out.
    digest: DigestEncoding, for SIGNATURE;
    /// The service's name in the signature: `execute-api`.
    service: Template, for AWS_SIGV4;
    /// Where roles are assumed.
    sts_url: Template, for AWS_SIGV4;
    /// The app that is installed.
    app: AppBlock, for APP CUSTOM;
    /// Sent with the user's token; succeeds only where the user may use `${credentials.installation_id}`.
    ownership_request: TokenRequestBlock, for CUSTOM;
    /// The MCP server.
    server_url: Template, for MCP_OAUTH2 MCP_OAUTH2_GENERIC;
    /// How we become a client; automatically if left out.
    registration: ClientRegistration, for MCP_OAUTH2 MCP_OAUTH2_GENERIC;
    /// Where the user installs the plugin.
    install_url: Template, for INSTALL_PLUGIN;
}

/// In an editor, the mode decides what may follow.
fn by_mode(schema: &mut Schema) {
    schema::choice::split(schema, "mode", ABOUT, &AuthBlock::knows, &AuthBlock::needed_by);
    schema::choice::amend(schema, "JWT", |block| {
        block["dependencies"] = build::OF_AN_EXCHANGE.iter().map(|field| (*field, ["token_request"])).collect();
    });
}

impl AuthBlock {
    /// The auth of the mode, or everything that is wrong with it.
    pub(crate) fn into_auth(self) -> Result<Auth, Problems> {
        let Some(mode) = self.mode.clone() else {
            return Err(vec![("auth.mode".to_owned(), format!("is missing; it is one of {}", MODES.join(", ")))]);
        };
        if !MODES.contains(&mode.as_str()) {
            return Err(vec![("auth.mode".to_owned(), format!("`{mode}` is not one of {}", MODES.join(", ")))]);
        }
        let foreign = self.written().filter(|(_, modes)| !modes.contains(&mode.as_str()));
        let mut problems: Problems =
            foreign.map(|(field, modes)| (format!("auth.{field}"), format!("only for {}, not for {mode}", join(modes)))).collect();
        match build::auth(self, &mode, &mut problems) {
            Some(auth) if problems.is_empty() => Ok(auth),
            _ => Err(problems),
        }
    }

    fn knows(field: &str, mode: &str) -> bool {
        Self::FIELDS.iter().any(|(name, modes)| *name == field && modes.contains(&mode))
    }

    /// The fields that a mode cannot do without: those that a block which says nothing else lacks.
    fn needed_by(mode: &str) -> Vec<String> {
        let empty = Self { mode: Some(mode.to_owned()), ..Self::default() };
        let problems = empty.into_auth().err().unwrap_or_default();
        problems.into_iter().filter_map(|(field, _)| Some(field.strip_prefix("auth.")?.to_owned())).collect()
    }
}

/// `A`, `A and B`, `A, B and C`.
fn join(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;

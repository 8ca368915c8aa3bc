//! The file's `auth` block: flat, so that a defect keeps its line.

use indexmap::IndexMap;
use serde::Deserialize;

use super::{Algorithm, Auth, BodyFormat, ClientRegistration, DigestEncoding, OAuth1Signature, Templates, TokenAuth};
use crate::Template;

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

/// Each field of the block with its type and the modes that know it: the one place that says so.
macro_rules! auth_block {
    ($($field:ident: $type:ty, for $($mode:ident)+;)*) => {
        /// As written.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct AuthBlock {
            mode: Option<String>,
            $($field: Option<$type>,)*
        }

        impl AuthBlock {
            /// Every field that some mode knows; the documentation must too.
            #[cfg(test)]
            pub(crate) const FIELDS: &[&str] = &[$(stringify!($field)),*];

            /// Every field that is written, with the modes that know it.
            fn written(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
                let all = [$(self.$field.is_some().then_some((stringify!($field), &[$(stringify!($mode)),+] as &[&str]))),*];
                all.into_iter().flatten()
            }
        }
    };
}

auth_block! {
    authorization_url: Template, for OAUTH2 OAUTH1 CUSTOM;
    authorization_params: Templates, for OAUTH2 OAUTH1 CUSTOM;
    parameter_names: IndexMap<String, String>, for OAUTH2 CUSTOM;
    issuer: Template, for OAUTH2 CUSTOM;
    request_url: Template, for OAUTH1;
    request_params: Templates, for OAUTH1;
    signature_method: OAuth1Signature, for OAUTH1;
    token_url: Template, for OAUTH2 OAUTH1 OAUTH2_CC CUSTOM;
    token_params: Templates, for OAUTH2 OAUTH2_CC CUSTOM;
    token_parameter_names: IndexMap<String, String>, for OAUTH2 CUSTOM;
    token_headers: Templates, for OAUTH2 OAUTH2_CC CUSTOM;
    token_method: String, for OAUTH2 CUSTOM;
    token_auth: TokenAuth, for OAUTH2 OAUTH2_CC CUSTOM;
    body_format: BodyFormat, for OAUTH2 OAUTH2_CC CUSTOM;
    refresh_url: Template, for OAUTH2 CUSTOM;
    refresh_params: Templates, for OAUTH2 CUSTOM;
    scope_separator: String, for OAUTH2 OAUTH2_CC CUSTOM;
    default_scopes: Vec<String>, for OAUTH2 OAUTH2_CC CUSTOM MCP_OAUTH2 MCP_OAUTH2_GENERIC;
    pkce: bool, for OAUTH2 CUSTOM;
    code_param: String, for OAUTH2 CUSTOM;
    callback_metadata: Vec<String>, for OAUTH2 CUSTOM;
    token_response: TokenAnswerBlock, for OAUTH2 OAUTH2_CC TWO_STEP BILL JWT CUSTOM;
    token_response_metadata: Vec<String>, for OAUTH2 OAUTH1 OAUTH2_CC TWO_STEP BILL JWT CUSTOM;
    client_proof: ProofName, for OAUTH2_CC;
    assertion_algorithm: Algorithm, for OAUTH2_CC;
    steps: Vec<TokenRequestBlock>, for TWO_STEP BILL JWT;
    token_request: TokenRequestBlock, for TWO_STEP BILL JWT;
    refresh_request: TokenRequestBlock, for TWO_STEP BILL JWT;
    fields: IndexMap<String, String>, for TWO_STEP BILL JWT;
    jwt: JwtBlock, for JWT;
    lifetime_s: u64, for SIGNATURE AWS_SIGV4;
    digest: DigestEncoding, for SIGNATURE;
    service: Template, for AWS_SIGV4;
    sts_url: Template, for AWS_SIGV4;
    app: AppBlock, for APP CUSTOM;
    ownership_request: TokenRequestBlock, for CUSTOM;
    server_url: Template, for MCP_OAUTH2 MCP_OAUTH2_GENERIC;
    registration: ClientRegistration, for MCP_OAUTH2 MCP_OAUTH2_GENERIC;
    install_url: Template, for INSTALL_PLUGIN;
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

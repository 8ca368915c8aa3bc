//! The file's `auth` block: flat, so that a defect keeps its line.

use indexmap::IndexMap;
use serde::Deserialize;

use super::{Auth, BodyFormat, OAuth2, Templates, TokenAnswer, TokenAuth};
use crate::Template;

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthBlock {
    mode: String,
    authorization_url: Option<Template>,
    #[serde(default)]
    authorization_params: Templates,
    token_url: Option<Template>,
    #[serde(default)]
    token_params: Templates,
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
            parameter_names: IndexMap::new(),
            issuer: None,
            token_url: self.token_url.ok_or_else(|| missing("auth.token_url"))?,
            token_params: self.token_params,
            token_headers: Templates::new(),
            token_method: "POST".to_owned(),
            refresh_url: self.refresh_url,
            refresh_params: Templates::new(),
            token_auth: self.token_auth.unwrap_or_default(),
            body_format: self.body_format.unwrap_or_default(),
            scope_separator: self.scope_separator.unwrap_or_else(|| " ".to_owned()),
            default_scopes: self.default_scopes,
            pkce: self.pkce.ok_or_else(|| missing("auth.pkce"))?,
            token_answer: TokenAnswer::standard(),
            token_response_metadata: self.token_response_metadata,
            code_param: "code".to_owned(),
            callback_metadata: Vec::new(),
        })
    }
}

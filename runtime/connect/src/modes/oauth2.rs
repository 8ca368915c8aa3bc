//! `OAUTH2`: the authorization code flow (RFC 6749, 4.1) with PKCE (RFC 7636), as RFC 9700 wants it.
//!
//! ```text
//! begin:    entry, scopes, the caller's parameters ──▶ Authorization ──▶ the browser's URL      Flow: verifier, redirect URI, issuer
//! complete: Flow, callback ──▶ issuer (RFC 9207), error, code ──▶ token request ──▶ Grant
//! renew:    refresh token ──▶ token request ──▶ Grant
//! ```

mod authorization;
mod callback;
mod exchange;
mod flow;
mod metadata;
mod scopes;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use syncline_domain::{Credentials, Oauth2, Secret};
use syncline_providers::{Name, OAuth2};
use url::Url;

use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::setting::{Fields, Setting};
use crate::{Grant, ModeError};

pub(crate) use authorization::Authorization;
pub(crate) use callback::code;
use exchange::TokenRequest;
pub(crate) use flow::{Flow, Issuer, forgotten};
pub(crate) use scopes::{SCOPES_OVERRIDE, scopes};

/// The authorization URL. With a refresh token that the person has already, the browser comes straight back.
pub(crate) fn begin(setting: &Setting<'_>, oauth: &OAuth2, ask: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    let client_id = setting.client.require("client_id")?;
    if !oauth.pkce {
        // Without a secret, only PKCE ties the code to us (RFC 9700, 2.1.1).
        setting.client.require("client_secret")?;
    }
    let none = Map::new();
    let values = setting.values(&none, &[]);
    // An entry names the issuer where the provider sends it, so its absence is an attack or a mistake (RFC 9207, 2.4).
    let issuer = oauth.issuer.as_ref().map(|issuer| issuer.resolve(&values)).transpose();
    let issuer = issuer.map_err(|unresolved| ModeError::Input { field: String::new(), problem: unresolved.to_string() })?;
    let (flow, challenge) = Flow::begin(setting, oauth.pkce, issuer.map(|name| Issuer { name, is_required: true }));
    if let Some(refresh_token) = ask.refresh_token {
        let mut back = setting.callback_url.clone();
        back.query_pairs_mut().append_pair("state", ask.state);
        return Ok((back, Flow { refresh_token: Some(refresh_token.to_owned()), ..flow }.seal()));
    }
    let mut request = Authorization::new(setting.url(&oauth.authorization_url, &values)?, client_id, &flow.redirect_uri);
    request.scope(&scopes(setting, &oauth.default_scopes), &oauth.scope_separator);
    for (name, template) in &oauth.authorization_params {
        // One that does not resolve is left out.
        if let Ok(value) = template.resolve(&values) {
            request.set(name, &value);
        }
    }
    request.ask(ask.authorization_params)?;
    request.bind(ask.state, challenge.as_ref());
    Ok((request.into_url(&oauth.parameter_names), flow.seal()))
}

/// The code, or the refresh token that stands in for it, becomes a token.
pub(crate) async fn complete(
    setting: &Setting<'_>,
    oauth: &OAuth2,
    secret: &FlowSecret,
    callback: &CallbackParams,
) -> Result<Grant, ModeError> {
    let flow = Flow::open(secret)?;
    let own_client = setting.client.own().map(|own| Secret::new(Value::Object(own.clone()).to_string()));
    if let Some(refresh_token) = flow.refresh_token {
        let supplied = Oauth2 {
            access_token: Secret::new(""),
            refresh_token: Some(Secret::new(refresh_token)),
            expires_at: None,
            raw: None,
            config_override: own_client,
        };
        return renew(setting, oauth, &supplied).await;
    }
    let code = code(flow.issuer.as_ref(), callback, &oauth.code_param)?;
    let of_callback = metadata::of_callback(oauth, callback);
    metadata::check(setting.entry, &of_callback)?;
    let told_config = setting.connection_config.clone().into_iter().chain(of_callback).collect();
    let setting = &setting.with_config(&told_config);
    let answer = code_request(oauth, &flow, code).send(setting, oauth, &Map::new()).await?;
    let token = answer.token(&oauth.token_answer, setting.now())?;
    let told = metadata::told(oauth, &answer, callback);
    metadata::check(setting.entry, &told)?;
    let credentials = Credentials::Oauth2(token.into_oauth2(None, own_client));
    Ok(Grant { connection_config: told, ..Grant::new(credentials) })
}

/// A new token for the old one's refresh token, or for whatever the entry sends in its place.
pub(crate) async fn renew(setting: &Setting<'_>, oauth: &OAuth2, held: &Oauth2) -> Result<Grant, ModeError> {
    if !can_renew(oauth, held) {
        return Err(ModeError::Refused {
            code: "missing_refresh_token".to_owned(),
            message: "the provider gave no refresh token; reconnect".to_owned(),
            status: None,
        });
    }
    let answer = refresh_request(oauth, held).send(setting, oauth, held).await?;
    let token = answer.token(&oauth.token_answer, setting.now())?;
    let mut told = metadata::told(oauth, &answer, &CallbackParams::default());
    // The old refresh token may be spent by now: what came beside the new one must not cost it.
    told.retain(|name, value| metadata::check_one(setting.entry, name, value).is_ok());
    let credentials = Credentials::Oauth2(token.into_oauth2(held.refresh_token.as_ref(), held.config_override.clone()));
    Ok(Grant { connection_config: told, ..Grant::new(credentials) })
}

/// RFC 6749, 4.1.3, with the verifier of RFC 7636, 4.5.
pub(crate) fn code_request<'a>(oauth: &'a OAuth2, flow: &'a Flow, code: &'a str) -> TokenRequest<'a> {
    let mut request = TokenRequest::new(&oauth.token_url, &oauth.token_params);
    request.public("grant_type", "authorization_code");
    request.public("redirect_uri", &flow.redirect_uri);
    request.secret("code", code);
    if let Some(verifier) = &flow.verifier {
        request.secret("code_verifier", verifier);
    }
    request
}

/// RFC 6749, 6, where there is a refresh token.
pub(crate) fn refresh_request<'a>(oauth: &'a OAuth2, held: &'a Oauth2) -> TokenRequest<'a> {
    let mut request = TokenRequest::new(oauth.refresh_url.as_ref().unwrap_or(&oauth.token_url), &oauth.refresh_params);
    if let Some(refresh_token) = &held.refresh_token {
        request.public("grant_type", "refresh_token");
        request.secret("refresh_token", refresh_token.expose());
    }
    request
}

/// Whether there is something to renew with: a refresh token, or an access token that is exchanged for its successor.
pub(crate) fn can_renew(oauth: &OAuth2, held: &Oauth2) -> bool {
    let reads_access_token = |name: &&Name| matches!(name, Name::Credential(field) if field == "access_token");
    held.refresh_token.is_some()
        || (!held.access_token.is_empty() && oauth.refresh_params.values().any(|template| template.names().iter().any(reads_access_token)))
}

impl Fields for Oauth2 {
    fn field(&self, name: &str) -> Option<&str> {
        match name {
            "access_token" => Some(self.access_token.expose()),
            "refresh_token" => self.refresh_token.as_ref().map(Secret::expose),
            _ => None,
        }
    }
}

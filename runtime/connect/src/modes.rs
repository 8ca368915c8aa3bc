//! The auth modes, each in a file of its name. None of them knows a database: what they yield is stored by their callers.
//!
//! ```text
//! exchange: supplied fields ──▶ Grant                          renew: credentials about to end ──▶ Grant
//! begin: ──▶ URL for the browser, and what to remember         complete: the browser's way back ──▶ Grant
//! ```

pub(crate) mod api_key;
pub(crate) mod app;
pub(crate) mod app_with_user;
pub(crate) mod aws_sigv4;
pub(crate) mod basic;
pub(crate) mod bill;
pub(crate) mod client_credentials;
mod exchange;
pub(crate) mod install_plugin;
pub(crate) mod jwt;
pub(crate) mod mcp;
pub(crate) mod oauth1;
pub(crate) mod oauth2;
pub(crate) mod signature;
pub(crate) mod tba;
#[cfg(test)]
mod tests;
pub(crate) mod two_step;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use syncline_domain::Credentials;
use syncline_providers::Auth;
use url::Url;

use crate::setting::Setting;
use crate::{Grant, ModeError};

/// What a flow adds to the setting.
pub(crate) struct BeginAsk<'a> {
    /// Comes back with the browser.
    pub(crate) state: &'a str,
    /// Added to the authorization request; `None` takes one of the entry's out.
    pub(crate) authorization_params: &'a BTreeMap<String, Option<String>>,
    /// A refresh token that the person has already: bought at once, no browser needed after the redirect back.
    pub(crate) refresh_token: Option<&'a str>,
}

/// What a mode remembers between the browser's way out and its way back. Sealed where it is kept.
pub(crate) struct FlowSecret(pub(crate) Value);

/// The parameters with which a browser comes back.
#[derive(Clone, Default)]
pub struct CallbackParams(pub BTreeMap<String, String>);

impl CallbackParams {
    /// One that is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Credentials from what a person supplied, without a browser.
pub(crate) async fn exchange(setting: &Setting<'_>, supplied: &Map<String, Value>) -> Result<Grant, ModeError> {
    match &setting.entry.auth {
        Auth::ApiKey => api_key::exchange(setting, supplied),
        Auth::Basic => basic::exchange(setting, supplied),
        Auth::ClientCredentials(client) => client_credentials::exchange(setting, client, supplied).await,
        Auth::Jwt(jwt) => jwt::exchange(setting, jwt, supplied).await,
        Auth::TwoStep(exchange) => two_step::exchange(setting, exchange, supplied).await,
        Auth::Bill(exchange) => bill::exchange(setting, exchange, supplied).await,
        Auth::Signature(signature) => signature::exchange(setting, signature, supplied),
        Auth::Tba => tba::exchange(setting, supplied),
        Auth::AwsSigV4(aws) => aws_sigv4::exchange(setting, aws, supplied).await,
        Auth::None => Ok(Grant::new(Credentials::None)),
        Auth::OAuth2(_) | Auth::OAuth1(_) | Auth::App(_) | Auth::AppWithUser(_) | Auth::Mcp(_) | Auth::InstallPlugin { .. } => {
            Err(needs_browser(setting))
        }
    }
}

/// New credentials in place of those that are about to end.
pub(crate) async fn renew(setting: &Setting<'_>, current: &Credentials) -> Result<Grant, ModeError> {
    match (&setting.entry.auth, current) {
        (Auth::OAuth2(oauth), Credentials::Oauth2(token)) => oauth2::renew(setting, oauth, token).await,
        (Auth::Mcp(mcp), Credentials::Oauth2(token)) => mcp::renew(setting, mcp, token).await,
        (Auth::ClientCredentials(client), Credentials::Exchanged(held)) => client_credentials::renew(setting, client, held).await,
        (Auth::Jwt(jwt), Credentials::Exchanged(held)) => jwt::renew(setting, jwt, held).await,
        (Auth::TwoStep(exchange), Credentials::Exchanged(held)) => two_step::renew(setting, exchange, held).await,
        (Auth::Bill(exchange), Credentials::Exchanged(held)) => bill::renew(setting, exchange, held).await,
        (Auth::Signature(signature), Credentials::Exchanged(held)) => signature::renew(setting, signature, held),
        (Auth::AwsSigV4(aws), Credentials::Exchanged(held)) => aws_sigv4::renew(setting, aws, held).await,
        (Auth::App(app), Credentials::Exchanged(held)) => app::renew(setting, app, held).await,
        (Auth::AppWithUser(both), Credentials::AppWithUser { app, user }) => app_with_user::renew(setting, both, app, user.as_ref()).await,
        _ => Err(ModeError::Setup {
            problem: format!(
                "credentials of type {} cannot be renewed with `{}`; reconnect",
                current.auth_mode().as_str(),
                setting.entry.key
            ),
        }),
    }
}

/// Whether [`renew`] can do anything for these.
pub(crate) fn is_renewable(auth: &Auth, credentials: &Credentials) -> bool {
    match (auth, credentials) {
        (Auth::OAuth2(oauth), Credentials::Oauth2(token)) => oauth2::can_renew(oauth, token),
        (Auth::Mcp(_), Credentials::Oauth2(token)) => token.refresh_token.is_some(),
        (
            Auth::ClientCredentials(_)
            | Auth::Jwt(_)
            | Auth::TwoStep(_)
            | Auth::Bill(_)
            | Auth::Signature(_)
            | Auth::AwsSigV4(_)
            | Auth::App(_),
            Credentials::Exchanged(_),
        )
        | (Auth::AppWithUser(_), Credentials::AppWithUser { .. }) => true,
        _ => false,
    }
}

/// Where the browser goes, and what to remember until it comes back.
pub(crate) async fn begin(setting: &Setting<'_>, ask: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    match &setting.entry.auth {
        Auth::OAuth2(oauth) => oauth2::begin(setting, oauth, ask),
        Auth::Mcp(mcp) => mcp::begin(setting, mcp, ask).await,
        Auth::OAuth1(oauth) => oauth1::begin(setting, oauth, ask).await,
        Auth::App(app) => app::begin(setting, app, ask),
        Auth::AppWithUser(both) => app_with_user::begin(setting, both, ask),
        Auth::InstallPlugin { install_url } => install_plugin::begin(setting, install_url, ask),
        _ => Err(ModeError::Refused {
            code: "auth_mode_err".to_owned(),
            message: format!("`{}` is connected with credentials, not in a browser", setting.entry.key),
            status: None,
        }),
    }
}

/// Credentials for a browser that came back.
pub(crate) async fn complete(setting: &Setting<'_>, secret: &FlowSecret, callback: &CallbackParams) -> Result<Grant, ModeError> {
    match &setting.entry.auth {
        Auth::OAuth2(oauth) => oauth2::complete(setting, oauth, secret, callback).await,
        Auth::Mcp(mcp) => mcp::complete(setting, mcp, secret, callback).await,
        Auth::OAuth1(oauth) => oauth1::complete(setting, oauth, secret, callback).await,
        Auth::App(app) => app::complete(setting, app, secret, callback).await,
        Auth::AppWithUser(both) => app_with_user::complete(setting, both, secret, callback).await,
        Auth::InstallPlugin { .. } => Ok(install_plugin::complete()),
        _ => Err(needs_browser(setting)),
    }
}

fn needs_browser(setting: &Setting<'_>) -> ModeError {
    ModeError::Refused {
        code: "invalid_auth_mode".to_owned(),
        message: format!("`{}` is connected in a browser: open `/oauth/connect/...` for it", setting.entry.key),
        status: None,
    }
}

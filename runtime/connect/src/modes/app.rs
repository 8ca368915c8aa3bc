//! `APP`: an app that is installed. Its key signs a token of its own, which buys the installation's token.
//!
//! The installation's id comes back through the browser, so anybody can write it. The purchase proves that the installation is one of this
//! app, and not that the person in front of the browser may use it: only `CUSTOM`, which asks the provider as that person, can tell. Prefer
//! it where the provider has it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use syncline_domain::{AuthMode, Credentials, Exchanged, Obtained, Secret};
use syncline_providers::{Algorithm, App};
use url::Url;

use crate::jws::{KeyDefect, SigningKey};
use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::setting::Setting;
use crate::supplied::Known;
use crate::token::TokenCall;
use crate::{Grant, ModeError, token_request};

/// Dated back, for providers whose clock is behind ours.
const CLOCK_DRIFT: Duration = Duration::from_mins(1);
const MAX_ID_CHARS: usize = 64;

/// The installation page, with the state. The app's own settings say where the browser goes afterwards.
pub(crate) fn begin(setting: &Setting<'_>, app: &App, ask: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    // Told before the person installs anything.
    setting.client.require("app_id")?;
    setting.client.require("private_key")?;
    let none = Map::new();
    let mut url = setting.url(&app.authorization_url, &setting.values(&none, &[]))?;
    for (name, value) in ask.authorization_params.iter().filter(|(name, _)| *name != "state") {
        if let Some(value) = value {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    url.query_pairs_mut().append_pair("state", ask.state);
    Ok((url, FlowSecret(Value::Null)))
}

pub(crate) async fn complete(setting: &Setting<'_>, app: &App, _: &FlowSecret, callback: &CallbackParams) -> Result<Grant, ModeError> {
    let installed = install(setting, app, callback).await?;
    Ok(Grant::new(Credentials::Exchanged(installed)))
}

/// A new token for the same installation.
pub(crate) async fn renew(setting: &Setting<'_>, app: &App, held: &Exchanged) -> Result<Grant, ModeError> {
    Ok(Grant::new(Credentials::Exchanged(buy(setting, app, &held.supplied).await?)))
}

/// The installation of a callback.
pub(super) async fn install(setting: &Setting<'_>, app: &App, callback: &CallbackParams) -> Result<Exchanged, ModeError> {
    let refused = |code: &str, message: &str| ModeError::Refused { code: code.to_owned(), message: message.to_owned(), status: None };
    let Some(id) = callback.get("installation_id") else {
        return Err(if callback.get("setup_action") == Some("request") {
            refused(
                "installation_requested",
                "an owner of the organization has to approve the installation; connect again once that is done",
            )
        } else {
            refused("missing_installation_id", "the provider did not say which installation it is; install the app and connect again")
        });
    };
    // It becomes part of a URL.
    if id.chars().count() > MAX_ID_CHARS || !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(refused("invalid_installation_id", "the installation's id has characters that no id has; connect again"));
    }
    let app_id = setting.client.require("app_id")?;
    let supplied = [("installation_id", id), ("app_id", app_id)];
    buy(setting, app, &supplied.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value))).collect()).await
}

pub(super) async fn buy(setting: &Setting<'_>, app: &App, supplied: &BTreeMap<String, Secret>) -> Result<Exchanged, ModeError> {
    let token = request(setting, app, supplied)?.send(setting.http, setting.now()).await?.token(&app.token_answer, setting.now())?;
    let fields = BTreeMap::from([("access_token".to_owned(), token.token)]);
    let obtained = Obtained { fields, expires_at: token.expires_at, raw: Some(token.raw) };
    Ok(Exchanged { mode: AuthMode::App, supplied: supplied.clone(), obtained: Some(obtained) })
}

/// The purchase of an installation's token.
pub(crate) fn request(setting: &Setting<'_>, app: &App, supplied: &BTreeMap<String, Secret>) -> Result<TokenCall, ModeError> {
    let token = app_token(setting, app)?;
    let known = Known { supplied, more: &[] };
    let values = setting.values(&known, &[]);
    let call = token_request::call(setting, &app.token_request, &values)?.hide(&token);
    if app.token_request.headers.keys().any(|name| name.eq_ignore_ascii_case("authorization")) {
        return Ok(call);
    }
    call.header("authorization", &format!("Bearer {}", token.expose()))
}

/// Says that we are the app.
fn app_token(setting: &Setting<'_>, app: &App) -> Result<Secret, ModeError> {
    let at_fault = |defect: KeyDefect| ModeError::Setup { problem: format!("the integration's `private_key` {defect}") };
    let key = Secret::new(setting.client.require("private_key")?);
    let issued = setting.now().minus(CLOCK_DRIFT);
    let claims = json!({
        "iss": setting.client.require("app_id")?,
        "iat": issued.unix_millis().div_euclid(1000),
        "exp": issued.plus(Duration::from_secs(app.jwt_lifetime_s)).unix_millis().div_euclid(1000),
    });
    let claims = claims.as_object().expect("an object above");
    SigningKey::read(Algorithm::Rs256, &key, false).and_then(|key| key.sign(Map::new(), claims)).map_err(at_fault)
}

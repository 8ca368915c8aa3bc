//! `CUSTOM`: an app that is installed, and the user who did it, where the app asks users to authorize it during the installation.

use std::time::Duration;

use syncline_domain::{Credentials, Exchanged, Oauth2, Timestamp};
use syncline_providers::AppWithUser;
use url::Url;

use super::oauth2::Flow;
use super::{app, oauth2};
use crate::modes::{BeginAsk, CallbackParams, FlowSecret};
use crate::setting::Setting;
use crate::{Grant, ModeError, token_request};

/// A token that ends later than this is not renewed along with the other: each renewal may spend a refresh token.
const MARGIN: Duration = Duration::from_mins(15);

/// The installation page; the provider asks the user there.
pub(crate) fn begin(setting: &Setting<'_>, both: &AppWithUser, ask: &BeginAsk<'_>) -> Result<(Url, FlowSecret), ModeError> {
    setting.client.require("client_id")?;
    setting.client.require("client_secret")?;
    let (url, _) = app::begin(setting, &both.app, ask)?;
    // The provider begins the user's authorization by itself, so no challenge of ours can be in it.
    let (flow, _) = Flow::begin(setting, false, None);
    Ok((url, flow.seal()))
}

/// The user first: a code is good once, an installation's token can be bought again.
pub(crate) async fn complete(
    setting: &Setting<'_>,
    both: &AppWithUser,
    secret: &FlowSecret,
    callback: &CallbackParams,
) -> Result<Grant, ModeError> {
    if callback.get("installation_id").is_none() {
        // Says why there is none, before the code is spent.
        app::install(setting, &both.app, callback).await?;
    }
    let grant = oauth2::complete(setting, &both.user, secret, callback).await?;
    let connection_config = grant.connection_config;
    let user = token(grant.credentials);
    owned(setting, both, user.as_ref(), callback).await?;
    let app = app::install(setting, &both.app, callback).await?;
    Ok(Grant { connection_config, ..Grant::new(Credentials::AppWithUser { app, user }) })
}

/// The installation's id comes through the browser, and whoever holds the app's key can buy a token for any of its installations. So the
/// provider is asked, as the user, whether this one is the user's.
async fn owned(setting: &Setting<'_>, both: &AppWithUser, user: Option<&Oauth2>, callback: &CallbackParams) -> Result<(), ModeError> {
    let refused = || ModeError::Refused {
        code: "installation_not_accessible".to_owned(),
        message: "this installation is not one that the signed-in user has access to; install the app yourself and connect again"
            .to_owned(),
        status: None,
    };
    let (Some(user), Some(id)) = (user, callback.get("installation_id")) else { return Err(refused()) };
    let fields = serde_json::Map::from_iter([("installation_id".to_owned(), id.into())]);
    let values = setting.values(&fields, &[]);
    let bearer = format!("Bearer {}", user.access_token.expose());
    let call = token_request::call(setting, &both.ownership_request, &values)?.hide(&user.access_token).header("authorization", &bearer)?;
    match call.send(setting.http, setting.now()).await {
        Ok(_) => Ok(()),
        Err(ModeError::Unavailable { code, message, retry_after }) if !matches!(code.as_str(), "403" | "404") => {
            Err(ModeError::Unavailable { code, message, retry_after })
        }
        Err(_) => Err(refused()),
    }
}

/// Whichever is about to end; both if neither is, for somebody who insists. The user last: what was renewed before can be had again.
pub(crate) async fn renew(setting: &Setting<'_>, both: &AppWithUser, app: &Exchanged, user: Option<&Oauth2>) -> Result<Grant, ModeError> {
    let ends = |at: Option<Timestamp>| at.is_some_and(|at| at.since(setting.now()) <= MARGIN);
    let app_ends = app.obtained.as_ref().is_none_or(|obtained| ends(obtained.expires_at));
    let renewable = user.filter(|user| oauth2::can_renew(&both.user, user));
    let user_ends = renewable.is_some_and(|user| ends(user.expires_at));
    let neither = !app_ends && !user_ends;
    let new_app = if app_ends || neither { app::buy(setting, &both.app, &app.supplied).await? } else { app.clone() };
    let mut grant = Grant::new(Credentials::AppWithUser { app: new_app.clone(), user: user.cloned() });
    if let Some(held) = renewable.filter(|_| user_ends || neither) {
        let renewed = oauth2::renew(setting, &both.user, held).await?;
        grant.connection_config = renewed.connection_config;
        grant.credentials = Credentials::AppWithUser { app: new_app, user: token(renewed.credentials) };
    }
    Ok(grant)
}

fn token(credentials: Credentials) -> Option<Oauth2> {
    if let Credentials::Oauth2(token) = credentials { Some(token) } else { None }
}

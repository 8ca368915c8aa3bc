//! A browser with a connect session's token: `nango_connect_session_<64 hex>`. Wire contract 1.2.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Uri};
use syncline_connect::{Session, is_session_token};

use super::{Caller, Denied, bearer, identify};
use crate::error::ApiError;
use crate::limit::{Bucket, Meter};
use crate::state::App;

/// The session behind the request's bearer token. It may be used up: such a session still answers questions, so that a page can be reloaded.
#[derive(Clone, Debug)]
pub(crate) struct SessionCaller(pub(crate) Session);

impl FromRequestParts<Arc<App>> for SessionCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let meter = Meter::from_request_parts(parts, app).await?;
        session(app, &meter, bearer(&parts.headers)?).await.map(Self)
    }
}

/// Whoever may look at integrations and providers: a backend with its key, or a browser with its session.
#[derive(Clone, Debug)]
pub(crate) enum Viewer {
    /// A backend.
    Key(Caller),
    /// A browser.
    Session(Box<Session>),
}

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let meter = Meter::from_request_parts(parts, app).await?;
        match bearer(&parts.headers) {
            Ok(token) if is_session_token(token) => session(app, &meter, token).await.map(Box::new).map(Self::Session),
            _ => {
                let principal = identify(app, &parts.headers, meter.address()).await.map_err(|denied| match denied {
                    Denied::Error(error) => error,
                    Denied::UsedUp(standing) => meter.refuse(standing),
                })?;
                meter.take(&app.limiter, principal.bucket()).await?;
                principal.into_environment().map(Self::Key)
            }
        }
    }
}

/// The token that a request shows: in its query, as browsers that authorize do, or as bearer.
pub(crate) fn session_token(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "connect_session_token");
    let token = asked.map(|(_, token)| token.into_owned()).or_else(|| bearer(headers).ok().map(str::to_owned));
    token.filter(|token| is_session_token(token))
}

/// The session of a token; 401 where there is none.
pub(crate) async fn session(app: &App, meter: &Meter, token: &str) -> Result<Session, ApiError> {
    meter.check_address(&app.limiter)?;
    let session = app.connect.session(token).await?;
    meter.take(&app.limiter, Bucket::Sessions(session.environment)).await?;
    Ok(session)
}

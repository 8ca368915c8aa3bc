//! What every authorization begins with: an integration in the path, a session's token and its wishes in the query.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Map, Value};
use syncline_connect::{Attempt, ConnectError};
use syncline_domain::{IntegrationKey, Secret};
use syncline_providers::Entry;
use syncline_store::IntegrationRow;
use utoipa::IntoParams;

use crate::auth;
use crate::error::ApiError;
use crate::issue::Issue;
use crate::limit::Meter;
use crate::query::{Query, Repeated};
use crate::state::App;

/// Everything that the published client puts there.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    // Described as what lets the caller in.
    #[serde(default)]
    #[param(ignore)]
    connect_session_token: Option<String>,
    /// Opens nothing: 401 `deprecated_authentication`
    #[serde(default)]
    public_key: Option<String>,
    /// Of no meaning here
    #[serde(default)]
    #[expect(dead_code, reason = "it protects public keys; a session needs none, and clients may send it all the same")]
    hmac: Option<String>,
    /// Refused: a session makes a new id, or knows the connection that it authorizes again
    #[serde(default)]
    connection_id: Option<String>,
    /// Values of the provider's own fields: `params[subdomain]=acme`
    #[serde(default)]
    #[param(style = DeepObject, explode, required = false)]
    params: BTreeMap<String, String>,
    /// Scopes instead of the integration's; may be repeated
    #[serde(default)]
    #[param(value_type = Vec<String>, required = false)]
    user_scope: Repeated,
    /// Added to the authorization request; the value `undefined` takes one out
    #[serde(default)]
    #[param(style = DeepObject, explode, required = false)]
    authorization_params: BTreeMap<String, String>,
    /// A client of the connection's own: `oauth_client_id_override`, `oauth_client_secret_override`, `oauth_refresh_token_override`
    #[serde(default)]
    #[param(style = DeepObject, explode, required = false)]
    credentials: BTreeMap<String, String>,
    /// The WebSocket that waits for the result
    #[serde(default)]
    #[param(value_type = Option<String>, format = "uuid")]
    ws_client_id: Option<uuid::Uuid>,
}

/// A request of a browser that may try.
pub(crate) struct Ask {
    pub(super) attempt: Attempt,
    /// Added to the authorization request; `None` takes one of the entry's out.
    pub(super) authorization_params: BTreeMap<String, Option<String>>,
    /// A client or a refresh token of the connection's own.
    pub(super) credentials: OwnClient,
    /// Who waits for the result.
    pub(super) client: Option<String>,
}

/// What the query says under `credentials[...]`.
#[derive(Default)]
pub(crate) struct OwnClient {
    pub(super) client: Map<String, Value>,
    pub(super) refresh_token: Option<Secret>,
}

impl FromRequestParts<Arc<App>> for Ask {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Query(asked) = Query::<Asked>::from_request_parts(parts, app).await?;
        let session = match (&asked.connect_session_token, &asked.public_key) {
            (Some(token), _) => {
                let meter = Meter::from_request_parts(parts, app).await?;
                auth::session(app, &meter, token).await?
            }
            (None, Some(_)) => {
                let message = "public keys no longer open anything: let your backend create a connect session (`POST /connect/sessions`) and \
                               send its token as `connect_session_token`";
                return Err(ApiError::new(StatusCode::UNAUTHORIZED, "deprecated_authentication", message));
            }
            (None, None) => {
                let message = "the query has no `connect_session_token`; `POST /connect/sessions` makes one";
                return Err(ApiError::new(StatusCode::UNAUTHORIZED, "missing_connect_session_token", message));
            }
        };
        if asked.connection_id.is_some() {
            let message = "a connect session makes a connection of a new id; to authorize one again, create a reconnect session";
            return Err(ApiError::invalid_query(&["connection_id"], message));
        }
        let Path(key) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| unknown(""))?;
        let integration = IntegrationKey::new(key.as_str()).map_err(|_| unknown(&key))?;
        let user_scopes = Some(asked.user_scope.0.join(",")).filter(|scopes| !scopes.is_empty());
        let attempt = Attempt {
            session,
            integration,
            params: asked.params.into_iter().map(|(name, value)| (name, Value::String(value))).collect(),
            user_scopes,
        };
        let authorization_params =
            asked.authorization_params.into_iter().map(|(name, value)| (name, Some(value).filter(|v| v != "undefined")));
        Ok(Self {
            attempt,
            authorization_params: authorization_params.collect(),
            credentials: own_client(asked.credentials)?,
            client: asked.ws_client_id.map(|client| client.to_string()),
        })
    }
}

impl Ask {
    /// The integration and its provider: 404 where there is none, 400 where the session does not allow it.
    pub(super) async fn integration<'a>(&self, app: &'a App) -> Result<(IntegrationRow, &'a Entry), ApiError> {
        let (session, key) = (&self.attempt.session, &self.attempt.integration);
        let found = app.store.integrations().lookup(session.environment, key).await?;
        let integration = found.ok_or_else(|| unknown(key.as_str()))?;
        if !session.allows(key) {
            return Err(ConnectError::IntegrationNotAllowed { key: key.to_string() }.into());
        }
        let gone = || {
            let message = format!("provider `{}` of integration `{key}` is no longer in the catalogue", integration.provider);
            ApiError::new(StatusCode::NOT_FOUND, "unknown_provider_template", message)
        };
        let entry = app.catalogue.get(&integration.provider).ok_or_else(gone)?;
        Ok((integration, entry))
    }
}

/// 404 `unknown_provider_config`
pub(super) fn unknown(key: &str) -> ApiError {
    ApiError::unknown_integration(key).with_status(StatusCode::NOT_FOUND)
}

fn own_client(given: BTreeMap<String, String>) -> Result<OwnClient, ApiError> {
    let mut own = OwnClient::default();
    for (name, value) in given {
        match name.as_str() {
            "oauth_client_id_override" => _ = own.client.insert("client_id".to_owned(), value.into()),
            "oauth_client_secret_override" => _ = own.client.insert("client_secret".to_owned(), value.into()),
            "oauth_refresh_token_override" => own.refresh_token = Some(Secret::new(value)),
            _ => {
                let issue = Issue::new("unrecognized_keys", &["credentials"], format!("unknown field `{name}`"));
                return Err(ApiError::invalid("invalid_query_params", issue));
            }
        }
    }
    Ok(own)
}

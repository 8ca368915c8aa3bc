//! Redirect flows: a browser leaves for the provider and comes back with a state that is good once.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use syncline_domain::{EnvironmentId, IntegrationKey, Secret};
use syncline_store::NewAuthFlow;
use url::Url;

use crate::attempt::Connected;
use crate::modes::{self, BeginAsk, CallbackParams, FlowSecret};
use crate::session::hash;
use crate::{Attempt, Connect, ConnectError, Session};

/// A person who logs in first, with a second factor, needs minutes; RFC 9700 wants it short.
pub const FLOW_LIFE: Duration = Duration::from_mins(10);

/// What the browser brings besides the attempt.
#[derive(Debug, Default)]
pub struct BeginOptions {
    /// Who waits for the result: the id given to a WebSocket.
    pub client: Option<String>,
    /// Added to the authorization request; `None` removes one of the entry's. The session's win.
    pub authorization_params: BTreeMap<String, Option<String>>,
    /// A client of the connection's own: `client_id`, `client_secret`.
    pub own_client: Map<String, Value>,
    /// A refresh token from elsewhere, in place of the code.
    pub refresh_token: Option<Secret>,
    /// Whether the browser has no opener and goes to the session's `return_to` at the end.
    pub is_plain_redirect: bool,
}

/// A flow that has begun.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub location: Url,
    /// Names the cookie that binds the flow to this browser.
    pub state: String,
}

/// How a flow ended, and who has to be told.
#[derive(Debug)]
pub struct Completion {
    /// Who waits.
    pub client: Option<String>,
    /// Of which environment, where the state was known.
    pub environment: Option<EnvironmentId>,
    /// Of which integration, where the state was known.
    pub integration: Option<IntegrationKey>,
    /// Where the browser goes, if it has no opener.
    pub return_to: Option<Url>,
    /// The end.
    pub result: Result<Connected, ConnectError>,
}

/// What is remembered of a flow, sealed.
#[derive(Serialize, Deserialize)]
struct Remembered {
    session: Session,
    integration: String,
    client: Option<String>,
    params: Map<String, Value>,
    user_scopes: Option<String>,
    own_client: Map<String, Value>,
    return_to: Option<Url>,
    secret: Value,
}

impl Connect {
    /// Sends a browser to the provider.
    pub async fn begin(&self, attempt: Attempt, options: BeginOptions) -> Result<Begun, ConnectError> {
        let (params, user_scopes) = (attempt.params.clone(), attempt.user_scopes.clone());
        let prepared = self.prepare(attempt).await?;
        let key = prepared.integration.key.clone();
        let mut authorization_params = options.authorization_params;
        if let Some(defaults) = prepared.session.defaults(&key) {
            authorization_params.extend(defaults.authorization_params.iter().map(|(name, value)| (name.clone(), Some(value.clone()))));
        }
        let state = self.new_state();
        let urls = self.urls(&prepared.integration).await?;
        let ask = BeginAsk {
            state: &state,
            authorization_params: &authorization_params,
            refresh_token: options.refresh_token.as_ref().map(Secret::expose),
        };
        let setting = self.setting_of(&urls, &prepared, Some(options.own_client.clone()));
        let (location, secret) = modes::begin(&setting, &ask).await?;
        let now = self.now();
        let return_to = prepared.session.settings.return_to.clone().filter(|_| options.is_plain_redirect);
        let environment = prepared.session.environment;
        let remembered = Remembered {
            session: prepared.session,
            integration: key.to_string(),
            client: options.client,
            params,
            user_scopes,
            own_client: options.own_client,
            return_to,
            secret: secret.0,
        };
        let payload = Secret::new(serde_json::to_string(&remembered).expect("plain data has a JSON form"));
        let flow = NewAuthFlow { state_hash: hash(&state), environment, payload, expires_at: now.plus(FLOW_LIFE), now };
        self.store().auth_flows().insert(flow).await?;
        Ok(Begun { location, state })
    }

    /// Takes a browser back. The state is spent by this, whatever comes of it.
    ///
    /// `is_same_browser`: whether the request carried the cookie that [`Self::begin`]'s caller set for this state.
    pub async fn complete(&self, params: &CallbackParams, is_same_browser: bool) -> Completion {
        let nobody = |error| Completion { client: None, environment: None, integration: None, return_to: None, result: Err(error) };
        let Some(state) = params.get("state") else { return nobody(ConnectError::State) };
        // Before the state is spent: a link sent to somebody else must not end the flow of the browser that began it.
        if !is_same_browser {
            return nobody(ConnectError::StateCookie);
        }
        let remembered = match self.store().auth_flows().take(&hash(state), self.now()).await {
            Ok(Some(row)) => serde_json::from_str::<Remembered>(row.payload.expose()),
            Ok(None) => return nobody(ConnectError::State),
            Err(error) => return nobody(error.into()),
        };
        let Ok(remembered) = remembered else { return nobody(ConnectError::State) };
        let (client, return_to) = (remembered.client.clone(), remembered.return_to.clone());
        let environment = Some(remembered.session.environment);
        let integration = IntegrationKey::new(remembered.integration.clone()).ok();
        let result = self.finish(remembered, params).await;
        Completion { client, environment, integration, return_to, result }
    }

    async fn finish(&self, remembered: Remembered, params: &CallbackParams) -> Result<Connected, ConnectError> {
        let integration = IntegrationKey::new(remembered.integration).map_err(|_| ConnectError::State)?;
        let attempt = Attempt { session: remembered.session, integration, params: remembered.params, user_scopes: remembered.user_scopes };
        let prepared = self.prepare(attempt).await?;
        let urls = self.urls(&prepared.integration).await?;
        let setting = self.setting_of(&urls, &prepared, Some(remembered.own_client));
        let grant = modes::complete(&setting, &FlowSecret(remembered.secret), params).await?;
        self.settle(prepared, grant).await
    }

    /// 256 bits, as a URL takes them.
    fn new_state(&self) -> String {
        URL_SAFE_NO_PAD.encode([self.random(), self.random()].as_flattened())
    }
}
